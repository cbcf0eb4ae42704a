/** Clients that authenticate by certificates, at every endpoint where clients authenticate — RFC 8705 §2. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { connect } from 'node:tls'
import type { Engine } from '../app.ts'
import { authority, type Identity, selfSigned } from '../certificates.ts'
import { engines } from '../postgres.ts'
import { basic, callback, challenge } from './application.ts'
import { type Answer, type Call, call, machine, type Setup, secureServer } from './mutual-tls-setup.ts'

const now = Math.floor(Date.now() / 1000)
const failed = 'client authentication failed; check client_id, the secret and the registered method'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`mutual TLS, on ${engine}`, () => {
    let server: Setup
    let robot: Identity
    let own: Identity
    before(async () => {
      server = await secureServer(engine, 'one')
      ;[robot, own] = [await server.bank.issue({ subject: 'CN=robot' }), await selfSigned({ subject: 'CN=anything' })]
      const { addClient } = server.gatehouse
      const code = { grant_types: ['client_credentials', 'authorization_code'], redirect_uris: [callback] }
      await addClient(machine('robot', code))
      await addClient(machine('other'))
      const registered = { token_endpoint_auth_method: 'self_signed_tls_client_auth' }
      await addClient(machine('own', { ...registered, ...code, jwks: { keys: [(await selfSigned()).jwk, own.jwk] } }))
      await addClient(machine('pinned', { ...registered, jwks: { keys: [{ ...own.jwk, x5c: [own.der.toString('base64')] }] } }))
      await addClient(machine('secret', { token_endpoint_auth_method: 'client_secret_basic' }), 'secret')
      await addClient(machine('post', { token_endpoint_auth_method: 'client_secret_post' }), 'secret')
    })
    after(() => server.close())

    const token = (form: Record<string, string>, options: Call = {}) =>
      send('/token', { grant_type: 'client_credentials', ...form }, options)
    const send = (path: string, form: Record<string, string>, options: Call = {}): Promise<Answer> =>
      call(`${server.origin}${path}`, { form, ...options }, server.ca)

    const places: Record<string, [path: string, form: Record<string, string>, status: number]> = {
      'the token endpoint': ['/token', { grant_type: 'client_credentials' }, 200],
      'the pushed request endpoint': [
        '/par',
        { response_type: 'code', redirect_uri: callback, code_challenge: challenge, code_challenge_method: 'S256', scope: 'read' },
        201,
      ],
      'the introspection endpoint': ['/introspect', { token: 'unknown' }, 200],
      'the revocation endpoint': ['/revoke', { token: 'unknown' }, 200],
    }

    /** By name: whom the client is said to be, and what is presented. */
    const impostors: Record<string, [client: string, present: () => Promise<Identity | undefined>]> = {
      'no certificate': ['robot', async () => undefined],
      'the certificate of another client': ['robot', () => server.bank.issue({ subject: 'CN=other' })],
      'an expired certificate': ['robot', () => server.bank.issue({ subject: 'CN=robot', notAfter: now - 10 })],
      'a certificate that is not yet valid': ['robot', () => server.bank.issue({ subject: 'CN=robot', notBefore: now + 600 })],
      'a certificate of another authority': ['robot', async () => (await authority('CN=Other bank')).issue({ subject: 'CN=robot' })],
      'a certificate of another authority of the same name': [
        'robot',
        async () => (await authority('CN=Bank')).issue({ subject: 'CN=robot' }),
      ],
      'a certificate that it signed itself': ['robot', () => selfSigned({ subject: 'CN=robot' })],
      'a certificate with a name that contains that of the client': ['robot', () => server.bank.issue({ subject: 'CN=robot, O=Evil' })],
      'a certificate with the name in another attribute': ['robot', () => server.bank.issue({ subject: 'OU=robot' })],
      'no registered certificate': ['own', async () => undefined],
      'a certificate with a key that is not registered': ['own', () => selfSigned({ subject: 'CN=anything' })],
      'a certificate of the trusted authority in place of a registered one': ['own', () => server.bank.issue({ subject: 'CN=own' })],
      'a client that nobody registered': ['nobody', async () => robot],
      'a certificate of a client that has a secret': ['secret', () => server.bank.issue({ subject: 'CN=secret' })],
    }

    for (const [place, [path, form, status]] of Object.entries(places)) {
      test(`${place} accepts a certificate of the authority, and one that is registered`, async () => {
        const accepted = [
          await send(path, { client_id: 'robot', ...form }, { identity: robot }),
          await send(path, { client_id: 'own', ...form }, { identity: own }),
        ]
        assert.deepEqual(
          accepted.map((answer) => answer.status),
          [status, status],
        ) // prettier-ignore
      })
      for (const [name, [client, present]] of Object.entries(impostors))
        test(`${place} refuses ${name}`, async () => {
          const answer = await send(path, { client_id: client, ...form }, { identity: await present() })
          assert.deepEqual([answer.status, answer.body.error, answer.body.error_description], [401, 'invalid_client', failed])
        })
      test(`${place} refuses two methods at once`, async () => {
        const secret = { headers: { authorization: basic('robot', 'secret') } }
        const assertion = { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: 'a.b.c' }
        for (const [more, options] of [
          [{ client_secret: 'secret' }, {}],
          [assertion, {}],
          [{}, secret],
          [{ client_secret: 'secret', ...assertion }, {}],
        ] as const) {
          const answer = await send(path, { client_id: 'robot', ...form, ...more }, { identity: robot, ...options })
          assert.ok([400, 401].includes(answer.status), JSON.stringify(answer.body))
          assert.ok(['invalid_client', 'invalid_request'].includes(answer.body.error))
        }
      })
      test(`${place} refuses a certificate without client_id`, async () => {
        const answer = await send(path, form, { identity: robot })
        assert.deepEqual([answer.status, answer.body.error], [401, 'invalid_client'])
      })
    }

    test('a client that was registered with a certificate takes no other one of its key', async () => {
      assert.equal((await token({ client_id: 'pinned' }, { identity: own })).status, 200)
      const renewed = await selfSigned({ subject: 'CN=anything', pairOf: own })
      assert.equal((await token({ client_id: 'own' }, { identity: renewed })).status, 200)
      assert.equal((await token({ client_id: 'pinned' }, { identity: renewed })).status, 401)
    })

    test('a registered certificate is good only while it is in force', async () => {
      for (const form of [{ notAfter: now - 10 }, { notBefore: now + 600 }])
        assert.equal((await token({ client_id: 'own' }, { identity: await selfSigned({ ...form, pairOf: own }) })).status, 401)
    })

    test('a key that is registered for encryption does not authenticate', async () => {
      const encryption = { token_endpoint_auth_method: 'self_signed_tls_client_auth', jwks: { keys: [{ ...own.jwk, use: 'enc' }] } }
      await server.gatehouse.addClient(machine('encryption', encryption))
      assert.equal((await token({ client_id: 'encryption' }, { identity: own })).status, 401)
    })

    test('a client with a secret also presents a certificate, to which its tokens are bound', async () => {
      const headers = { authorization: basic('secret', 'secret') }
      const { status, body } = await token({}, { headers, identity: own })
      assert.equal(status, 200)
      assert.deepEqual(claims(body.access_token)['cnf'], { 'x5t#S256': own.x5t })
      assert.equal((await token({ client_id: 'post', client_secret: 'secret' }, { identity: own })).status, 200)
      const without = await token({}, { headers })
      assert.deepEqual([without.status, without.body.error], [400, 'invalid_request'])
      assert.equal(without.body.error_description, 'this client must present a TLS certificate that is in force')
    })

    test('an intermediate authority comes with the certificate, at each of several connections', async () => {
      const below = await server.bank.authority('CN=Branch')
      const identity = await below.issue({ subject: 'CN=robot' })
      for (const _ of [1, 2, 3]) assert.equal((await token({ client_id: 'robot' }, { identity })).status, 200)
      const alone = { ...identity, cert: identity.cert.split(/(?<=-----END CERTIFICATE-----\n)/)[0] as string }
      assert.equal((await token({ client_id: 'robot' }, { identity: alone })).status, 401)
    })

    test('the chain is there on a connection that continues a session, also after the certificate of the server was renewed', async () => {
      const below = await server.bank.authority('CN=Branch')
      const identity = await below.issue({ subject: 'CN=robot' })
      const form = 'grant_type=client_credentials&client_id=robot'
      const head = 'POST /token HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/x-www-form-urlencoded'
      let session: Buffer | undefined
      for (const maxVersion of ['TLSv1.3', 'TLSv1.3', 'renew', 'TLSv1.3', 'TLSv1.3', 'TLSv1.2', 'TLSv1.2'] as const) {
        if (maxVersion === 'renew') {
          await server.renew()
          continue
        }
        const port = Number(new URL(server.origin).port)
        const socket = connect({ host: 'localhost', port, ca: server.ca, cert: identity.cert, key: identity.key, maxVersion, session })
        socket.on('session', (next) => (session = next))
        socket.write(`${head}\r\ncontent-length: ${form.length}\r\n\r\n${form}`)
        let text = ''
        for await (const chunk of socket.setEncoding('utf8')) text += chunk
        assert.match(text, /^HTTP\/1\.1 200 /)
      }
    })

    const names: [member: string, registered: string, presented: [type: 'dns' | 'url' | 'ip' | 'email', value: string], same: boolean][] = [
      ['san_dns', 'client.example', ['dns', 'client.example'], true],
      ['san_dns', 'client.example', ['dns', 'CLIENT.example'], true],
      ['san_dns', 'client.example', ['dns', '*.example'], false],
      ['san_dns', 'client.example', ['dns', 'a.client.example'], false],
      ['san_dns', 'client.example', ['url', 'client.example'], false],
      ['san_dns', 'client.example', ['email', 'client.example'], false],
      ['san_uri', 'spiffe://example/robot', ['url', 'spiffe://example/robot'], true],
      ['san_uri', 'spiffe://example/robot', ['url', 'spiffe://example/robot/2'], false],
      ['san_uri', 'spiffe://example/robot', ['url', 'spiffe://example/Robot'], false],
      ['san_ip', '192.0.2.1', ['ip', '192.0.2.1'], true],
      ['san_ip', '192.0.2.1', ['ip', '192.0.2.2'], false],
      ['san_ip', '192.0.2.1', ['dns', '192.0.2.1'], false],
      ['san_ip', '2001:db8::1', ['ip', '2001:0db8:0:0:0:0:0:1'], true],
      ['san_ip', '2001:DB8:0::1', ['ip', '2001:db8::1'], true],
      ['san_ip', '::ffff:192.0.2.1', ['ip', '192.0.2.1'], false],
      ['san_email', 'Robot@Client.example', ['email', 'Robot@client.EXAMPLE'], true],
      ['san_email', 'Robot@client.example', ['email', 'robot@client.example'], false],
      ['san_email', 'robot@client.example', ['dns', 'client.example'], false],
    ]
    for (const [n, [member, registered, [type, value], same]] of names.entries())
      test(`${member} ${registered} is ${same ? '' : 'not '}proven by the ${type} name ${value}`, async () => {
        const client = { ...machine(`named-${n}`), [`tls_client_auth_${member}`]: registered, tls_client_auth_subject_dn: undefined }
        await server.gatehouse.addClient(client)
        const decoy = { type: 'dns', value: 'decoy.example' } as const
        const identity = await server.bank.issue({ subject: `CN=${registered}`, names: [decoy, { type, value }] })
        assert.equal((await token({ client_id: `named-${n}` }, { identity })).status, same ? 200 : 401)
      })
    test('the common name is not an alternative name', async () => {
      const identity = await server.bank.issue({ subject: 'CN=client.example' })
      assert.equal((await token({ client_id: 'named-0' }, { identity })).status, 401)
    })

    test('no header presents a certificate where no proxy is trusted', async () => {
      const value = `:${robot.der.toString('base64')}:`
      for (const name of ['client-cert', 'ssl-client-cert', 'x-ssl-client-cert', 'x-forwarded-client-cert'])
        assert.equal((await token({ client_id: 'robot' }, { headers: { [name]: value } })).status, 401)
    })

    test('what is offered is told', async () => {
      const { body } = await call(`${server.origin}/.well-known/oauth-authorization-server`, {}, server.ca)
      assert.equal(body.tls_client_certificate_bound_access_tokens, true)
      assert.equal(body.mtls_endpoint_aliases, undefined)
      for (const endpoint of ['token', 'introspection', 'revocation', 'pushed_authorization_request'])
        for (const method of ['tls_client_auth', 'self_signed_tls_client_auth'])
          assert.ok(body[`${endpoint}_endpoint_auth_methods_supported`].includes(method), endpoint)
    })
  })
}

function claims(jwt: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(jwt.split('.')[1] as string, 'base64url').toString())
}
