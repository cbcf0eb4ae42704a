/** private_key_jwt: who signs with a registered key is the client, and nobody else — RFC 7523 §3, OpenID Connect Core §9. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { type Answer, alice, call, callback, challenge, encode } from './application.ts'

const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

interface Key {
  alg: string
  privateKey: CryptoKey
  jwk: JWK
}

async function aKey(alg: string, kid: string): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid } }
}

const heldKey = () => aKey('ES256', '')
const signProof = ({ alg, privateKey, jwk: { kid: _, ...jwk } }: Key, claims: object) =>
  new SignJWT(claims as never).setProtectedHeader({ alg, typ: 'dpop+jwt', jwk }).sign(privateKey)

type Change = { header?: object; claims?: Record<string, unknown>; key?: Key }

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`client assertions, on ${engine}`, () => {
    let gatehouse: TestApp
    let [key, rsa, foreign]: Key[] = []
    let count = 0
    before(async () => {
      gatehouse = await testApp(engine)
      ;[key, rsa, foreign] = [await aKey('ES256', 'ec'), await aKey('PS256', 'rsa'), await aKey('ES256', 'ec')]
      const client = { grant_types: ['client_credentials'], token_endpoint_auth_method: 'private_key_jwt', scope: 'read' }
      const jwks = { keys: [key!.jwk, rsa!.jwk] }
      await gatehouse.addClient({ ...client, client_id: 'm', jwks })
      await gatehouse.addClient({ ...client, client_id: 'liberal', jwks, policy: { assertion_audience: 'liberal' } })
      await gatehouse.addClient({ ...client, client_id: 'one', jwks, token_endpoint_auth_signing_alg: 'PS256' })
      await gatehouse.addClient({ grant_types: ['client_credentials'], client_id: 'secret', scope: 'read' }, 'secret')
    })
    after(() => gatehouse.close())

    const assertion = (id = 'm', { header, claims, key: signer = key! }: Change = {}): Promise<string> => {
      const now = gatehouse.now()
      const body = { iss: id, sub: id, aud: gatehouse.issuer, jti: `jti ${++count}`, iat: now, exp: now + 60, ...claims }
      return new SignJWT(body as never)
        .setProtectedHeader({ alg: signer.alg, kid: signer.jwk.kid, ...header } as never)
        .sign(signer.privateKey)
    }
    const token = (client_assertion: string, more: Record<string, string | undefined> = {}): Promise<Answer> =>
      call(`${gatehouse.issuer}/token`, {
        body: encode({ grant_type: 'client_credentials', client_assertion_type: type, client_assertion, ...more }),
      })
    const refused = (answer: Answer) => assert.deepEqual([answer.status, answer.body.error], [401, 'invalid_client'])

    test('a client authenticates with any of its keys, with and without kid and client_id', async () => {
      assert.equal((await token(await assertion())).status, 200)
      assert.equal((await token(await assertion('m', { key: rsa! }))).status, 200)
      assert.equal((await token(await assertion('m', { header: { kid: undefined } }))).status, 200)
      assert.equal((await token(await assertion(), { client_id: 'm' })).status, 200)
    })

    test('a key for Ed25519 signs under both names of its algorithm', async () => {
      const ed = await aKey('Ed25519', 'ed')
      const client = { grant_types: ['client_credentials'], token_endpoint_auth_method: 'private_key_jwt', scope: 'read' }
      for (const name of ['EdDSA', 'Ed25519']) {
        const names = { token_endpoint_auth_signing_alg: name, policy: { allowed_algs: [name] }, access_token_format: 'opaque' }
        await gatehouse.addClient({ ...client, ...names, client_id: name, jwks: { keys: [{ ...ed.jwk, alg: name }] } })
        for (const alg of ['EdDSA', 'Ed25519'])
          assert.equal((await token(await assertion(name, { key: { ...ed, alg } }))).status, 200, `${name} signed as ${alg}`)
        refused(await token(await assertion(name)))
      }
    })

    test('the metadata names the method and its algorithms', async () => {
      const { body } = await call(`${gatehouse.issuer}/.well-known/openid-configuration`, {})
      assert.ok(body.token_endpoint_auth_methods_supported.includes('private_key_jwt'))
      const named = (ending: string) => Object.keys(body).flatMap((name) => (name.endsWith(ending) ? [name.replace(ending, '')] : []))
      assert.deepEqual(named('_auth_signing_alg_values_supported'), named('_auth_methods_supported')) // RFC 8414 §2
      for (const name of named('_auth_methods_supported'))
        assert.ok(body[`${name}_auth_signing_alg_values_supported`].includes('ES256'), name)
    })

    const wrong: Record<string, () => Promise<string> | string> = {
      'a key that is not registered': () => assertion('m', { key: foreign! }),
      'a kid of no key': () => assertion('m', { header: { kid: 'x' } }),
      'the kid of another key': () => assertion('m', { header: { kid: 'rsa' } }),
      'a client that is unknown': () => assertion('nobody'),
      'a client that registered a secret': () => assertion('secret'),
      'another issuer': () => assertion('m', { claims: { iss: 'one' } }),
      'no expiry': () => assertion('m', { claims: { exp: undefined } }),
      'an expiry that is past': () => assertion('m', { claims: { exp: gatehouse.now() } }),
      'an expiry that is far': () => assertion('m', { claims: { exp: gatehouse.now() + 361 } }),
      'an expiry that is a text': () => assertion('m', { claims: { exp: 'tomorrow' } }),
      'a time in the future': () => assertion('m', { claims: { iat: gatehouse.now() + 61 } }),
      'not before a later time': () => assertion('m', { claims: { nbf: gatehouse.now() + 61 } }),
      'no jti': () => assertion('m', { claims: { jti: undefined } }),
      'an empty jti': () => assertion('m', { claims: { jti: '' } }),
      'a jti that is a number': () => assertion('m', { claims: { jti: 1 } }),
      'a time that is a text': () => assertion('m', { claims: { iat: 'now' } }),
      'a subject that is another client': () => assertion('m', { claims: { sub: 'one' } }),
      'a long jti': () => assertion('m', { claims: { jti: 'x'.repeat(256) } }),
      'another audience': () => assertion('m', { claims: { aud: 'https://evil.example' } }),
      'no audience': () => assertion('m', { claims: { aud: undefined } }),
      'the endpoint as audience, where the policy is strict': () => assertion('m', { claims: { aud: `${gatehouse.issuer}/token` } }),
      'a list as audience, where the policy is strict': () => assertion('m', { claims: { aud: [gatehouse.issuer] } }),
      'another algorithm than the registered one': () => assertion('one'),
      'an assertion that is too long': () => assertion('m', { claims: { filler: 'x'.repeat(13_000) } }),
      'a critical extension': () => assertion('m', { header: { crit: ['x'], x: 1 } }).catch(() => 'no.jwt.x'),
      'a foreign key that its header brings along': async () =>
        assertion('m', { key: foreign!, header: { kid: undefined, jwk: foreign!.jwk, jku: 'https://evil.example/jwks' } }),
      'a foreign key that its header brings along with its private part': async () =>
        assertion('m', { key: foreign!, header: { kid: undefined, jwk: await exportJWK(foreign!.privateKey) } }),
      'the private key that signs, in the header': async () => assertion('m', { header: { jwk: await exportJWK(key!.privateKey) } }),
      'a signed assertion inside another': async () => {
        const [header, , signature] = (await assertion()).split('.')
        return [header, Buffer.from(await assertion()).toString('base64url'), signature].join('.')
      },
      'an unsigned assertion': async () => {
        const [, payload] = (await assertion()).split('.')
        return [Buffer.from('{"alg":"none"}').toString('base64url'), payload, ''].join('.')
      },
      'HS256 with the public key': () =>
        new SignJWT({ iss: 'm', sub: 'm', aud: gatehouse.issuer, jti: 'hs', exp: gatehouse.now() + 60 })
          .setProtectedHeader({ alg: 'HS256', kid: 'ec' })
          .sign(new TextEncoder().encode(JSON.stringify(key!.jwk))),
    }
    for (const [name, make] of Object.entries(wrong)) test(`refused: ${name}`, async () => refused(await token(await make())))

    test('what is just within the limits is accepted', async () => {
      const now = gatehouse.now()
      for (const claims of [{ exp: now + 1 }, { exp: now + 360 }, { iat: now + 60 }, { nbf: now + 60 }, { jti: 'x'.repeat(255) }])
        assert.equal((await token(await assertion('m', { claims }))).status, 200, JSON.stringify(claims))
    })

    test('a liberal policy takes the endpoint and lists as audience, and nothing else', async () => {
      for (const aud of [`${gatehouse.issuer}/token`, [gatehouse.issuer, 'https://x.example']])
        assert.equal((await token(await assertion('liberal', { claims: { aud } }))).status, 200)
      refused(await token(await assertion('liberal', { claims: { aud: ['https://x.example'] } })))
    })

    test('at every endpoint an assertion is good once', async () => {
      const grants = ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code', 'urn:openid:params:grant-type:ciba']
      const keys = { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [key!.jwk] } }
      await gatehouse.addClient({ ...keys, client_id: 'every', grant_types: grants, redirect_uris: [callback], scope: 'openid' })
      await gatehouse.addAccount({ username: alice.username, email: 'alice@example.org' }, alice.password)
      const code = { response_type: 'code', redirect_uri: callback, code_challenge: challenge, code_challenge_method: 'S256' }
      const requests: Record<string, Record<string, string>> = {
        '/introspect': { token: 'x' },
        '/revoke': { token: 'x' },
        '/par': code,
        '/device_authorization': {},
        '/backchannel_authentication': { scope: 'openid', login_hint: alice.username },
      }
      for (const [path, fields] of Object.entries(requests)) {
        const body = encode({ ...fields, client_assertion_type: type, client_assertion: await assertion('every') })
        const [first, again] = [await call(gatehouse.issuer + path, { body }), await call(gatehouse.issuer + path, { body })]
        assert.ok([200, 201].includes(first.status), `${path} ${first.text}`)
        assert.deepEqual([again.status, again.body.error], [401, 'invalid_client'], path)
      }
    })

    test('an assertion is good once, also when twenty race with it', async () => {
      const one = await assertion()
      const answers = await Promise.all(Array.from({ length: 20 }, () => token(one)))
      assert.equal(answers.filter(({ status }) => status === 200).length, 1)
      refused(await token(one))
    })

    test('a request that is refused uses up neither its assertion nor its proof', async () => {
      const held = await heldKey()
      const proof = (claims = {}) => {
        const body = { jti: `proof ${++count}`, htm: 'POST', htu: `${gatehouse.issuer}/token`, iat: gatehouse.now(), ...claims }
        return signProof(held, body)
      }
      const ask = async (client_assertion: string, dpop: string) =>
        call(`${gatehouse.issuer}/token`, {
          body: encode({ grant_type: 'client_credentials', client_assertion_type: type, client_assertion }),
          headers: { dpop },
        })
      const [one, two, good] = [await assertion(), await assertion(), await proof()]
      assert.equal((await ask(one, await proof({ htm: 'GET' }))).body.error, 'invalid_dpop_proof')
      assert.equal((await ask(one, good)).body.token_type, 'DPoP')
      assert.equal((await ask(two, good)).body.error, 'invalid_dpop_proof', 'the proof was used')
      const next = await proof()
      refused(await ask(one, next))
      assert.equal((await ask(two, next)).body.token_type, 'DPoP')
    })

    test('an assertion and a secret are two methods', async () => {
      const both = await token(await assertion(), { client_id: 'm', client_secret: 'x' })
      assert.deepEqual([both.status, both.body.error], [400, 'invalid_request'])
      const other = await token(await assertion(), { client_id: 'one' })
      assert.equal(other.body.error_description, 'client_id is not the client that authenticated')
      const untyped = await token(await assertion(), { client_assertion_type: 'x' })
      assert.equal(untyped.body.error_description, 'client_assertion_type must be urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    })

    test('a registration has keys, and only public ones', async () => {
      const client = { client_id: 'x', grant_types: ['client_credentials'], token_endpoint_auth_method: 'private_key_jwt' }
      await assert.rejects(gatehouse.addClient(client), /is needed for private_key_jwt/)
      await assert.rejects(gatehouse.addClient({ ...client, jwks: { keys: [await exportJWK(key!.privateKey)] } }), /must be a public key/)
    })
  })
}
