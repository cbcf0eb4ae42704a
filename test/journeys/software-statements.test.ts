/** Software statements: what a trusted issuer says of a client that registers — RFC 7591 §2.3, §3.1.1. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { type DocumentHost, documentHost } from '../document-host.ts'
import { engines } from '../postgres.ts'
import { application, callback } from './application.ts'
import { type Asked, asked, bearer } from './json.ts'
import { aClientKey, type ClientKey, signedWith } from './signed-by-clients.ts'

const directory = 'https://directory.example'
const published = 'https://published.example'
const web = { client_name: 'Shop', redirect_uris: [callback] }

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`software statements, on ${engine}`, () => {
    let gatehouse: TestApp
    let host: DocumentHost
    let [key, other]: ClientKey[] = []
    before(async () => {
      host = await documentHost()
      gatehouse = await testApp(engine, { ...host.settings, REGISTRATION_PER_ADDRESS: '1000' })
      ;[key, other] = [await aClientKey('ES256', 'first'), await aClientKey('ES256', 'first')]
      host.published['/keys'] = { keys: [key.jwk] }
      await trust({ [directory]: { keys: [key.jwk] }, [published]: `${host.origin}/keys` })
    })
    after(async () => {
      await gatehouse.close()
      await host.close()
    })

    const trust = (software_statement_issuers: object, more: object = {}) =>
      gatehouse.app.tenants.set('', { software_statement_issuers: software_statement_issuers as Record<string, string>, ...more })
    const register = (body: unknown, token?: string): Promise<Asked> => asked(`${gatehouse.issuer}/register`, 'POST', body, bearer(token))
    const statement = (claims: object, by = key!) => signedWith(by, { iss: directory, software_id: 'shop', ...claims })

    test('what it states wins, what the client says besides stays, and it is told back as it was sent', async () => {
      const software_statement = await statement({
        client_name: 'Checked shop',
        'client_name#de': 'Geprüfter Laden',
        redirect_uris: ['https://checked.example/callback'],
        client_id: 'chosen',
        policy: { consent: 'skip' },
        logo_uri: null,
      })
      const { status, body } = await register({ ...web, client_uri: 'https://shop.example/', software_statement })
      assert.equal(status, 201, JSON.stringify(body))
      assert.deepEqual(
        [body.client_name, body['client_name#de'], body.redirect_uris, body.client_uri, body.software_id, body.software_statement],
        ['Checked shop', 'Geprüfter Laden', ['https://checked.example/callback'], 'https://shop.example/', 'shop', software_statement],
      )
      const read = await asked(body.registration_client_uri, 'GET', undefined, bearer(body.registration_access_token))
      assert.equal(read.body.software_statement, software_statement)
      assert.notEqual(body.client_id, 'chosen')
      assert.equal((await gatehouse.root.store.clientsAdmin.find(body.client_id))?.policy.consent, 'ask')
    })

    test('the keys of an issuer are read at their address', async () => {
      assert.equal((await register({ ...web, software_statement: await statement({ iss: published }) })).status, 201)
      assert.equal(
        (await register({ ...web, software_statement: await statement({ iss: published }, other) })).body.error,
        'invalid_software_statement',
      )
    })

    test('it also holds when a registration is replaced, and for a metadata document', async () => {
      const { body } = await register(web)
      const software_statement = await statement({ client_name: 'Checked shop' })
      const replace = async (text: string) =>
        asked(
          body.registration_client_uri,
          'PUT',
          { ...web, client_id: body.client_id, software_statement: text },
          bearer(body.registration_access_token),
        )
      assert.equal((await replace(`${software_statement}x`)).body.error, 'invalid_software_statement')
      assert.equal((await replace(software_statement)).body.client_name, 'Checked shop')
      await gatehouse.app.tenants.set('', { client_id_hosts: ['localhost'] })
      const id = host.publish('/checked.json', { ...web, software_statement })
      await gatehouse.browser().open(application(gatehouse, { id }).url())
      assert.equal((await gatehouse.root.store.clientsAdmin.find(id))?.client_name, 'Checked shop')
      const secret = host.publish('/secret.json', {
        ...web,
        software_statement: await statement({ token_endpoint_auth_method: 'client_secret_basic' }),
      })
      const page = await gatehouse.browser().open(application(gatehouse, { id: secret }).url())
      assert.match(page.html, /none or private_key_jwt/)
      const bad = host.publish('/bad.json', { ...web, software_statement: await statement({}, other) })
      const told = await gatehouse.browser().open(application(gatehouse, { id: bad }).url())
      assert.match(told.html, /the document at client_id: the software_statement is not signed/)
    })

    test('it states no more than a client may have here', async () => {
      const { body } = await register({ ...web, software_statement: await statement({ scope: 'openid admin:users:write' }) })
      assert.deepEqual(
        [body.error, body.error_description],
        ['invalid_client_metadata', 'scope has a value that clients which register here cannot have'],
      )
    })

    const now = () => gatehouse.now()
    test('what is just within the limits is accepted', async () => {
      for (const times of [
        { exp: now() + 1 },
        { nbf: now() + 60 },
        { iat: now() + 60 },
        { aud: ['https://other.example', gatehouse.issuer] },
      ]) {
        const { status, text } = await register({ ...web, software_statement: await statement(times) })
        assert.equal(status, 201, text)
      }
    })

    const bad: [name: string, statement: () => Promise<unknown>, code: string, description: RegExp][] = [
      ['no text', async () => 7, 'invalid_software_statement', /^software_statement must be one signed JWT of at most 16384 characters$/],
      ['no JWT', async () => 'x.y', 'invalid_software_statement', /must be one signed JWT/],
      ['too long', async () => statement({ client_name: 'x'.repeat(16_384) }), 'invalid_software_statement', /must be one signed JWT/],
      [
        'not signed',
        async () => `${btoa('{"alg":"none"}')}.${btoa(`{"iss":"${directory}"}`)}.`,
        'invalid_software_statement',
        /must be one signed JWT/,
      ],
      [
        'of a stranger',
        async () => statement({ iss: 'https://stranger.example' }),
        'unapproved_software_statement',
        /^iss of the software_statement is not trusted here$/,
      ],
      ['of nobody', async () => statement({ iss: undefined }), 'unapproved_software_statement', /not trusted here/],
      [
        'of a name that every object has',
        async () => statement({ iss: 'constructor' }),
        'unapproved_software_statement',
        /not trusted here/,
      ],
      [
        'signed by another',
        async () => statement({}, other),
        'invalid_software_statement',
        /^the software_statement is not signed with a key of its issuer$/,
      ],
      [
        'for another server',
        async () => statement({ aud: 'https://other.example' }),
        'invalid_software_statement',
        /^aud of the software_statement is not this issuer$/,
      ],
      ['expired', async () => statement({ exp: now() }), 'invalid_software_statement', /^the software_statement has expired$/],
      [
        'of tomorrow',
        async () => statement({ nbf: now() + 61 }),
        'invalid_software_statement',
        /^the software_statement is not yet good; check the clock of its issuer$/,
      ],
      ['made tomorrow', async () => statement({ iat: now() + 61 }), 'invalid_software_statement', /not yet good/],
      [
        'with a text for a time',
        async () => statement({ exp: '1' }),
        'invalid_software_statement',
        /^exp, nbf and iat of the software_statement must be numbers$/,
      ],
      ['with a text for its beginning', async () => statement({ nbf: '1' }), 'invalid_software_statement', /must be numbers/],
      ['with a text for when it was made', async () => statement({ iat: '1' }), 'invalid_software_statement', /must be numbers/],
    ]
    for (const [name, make, code, description] of bad)
      test(`refused: a statement ${name}`, async () => {
        const { status, body } = await register({ ...web, software_statement: await make() })
        assert.deepEqual([status, body.error], [400, code])
        assert.match(body.error_description, description)
      })

    test('good: for this server, until later, made now', async () => {
      const software_statement = await statement({ aud: [gatehouse.issuer], exp: now() + 1, nbf: now() + 60, iat: now() })
      assert.equal((await register({ ...web, software_statement })).status, 201)
    })

    test('a tenant that requires statements registers nobody without one, except for an initial access token', async () => {
      const before = (await register(web)).body
      await gatehouse.app.tenants.set('', { software_statements: 'required' })
      const { ctx, store } = gatehouse.root
      const token = ctx.tokens.make('ia')
      const made = { id: ctx.id(), label: 'test', scope: undefined, usesLeft: 1, createdAt: now(), expiresAt: now() + 60 }
      await store.initialAccessTokens.add({ ...made, hash: ctx.tokens.hash('ia', token) as string })
      const refused = await register(web)
      assert.deepEqual(
        [refused.status, refused.body.error, refused.body.error_description],
        [400, 'invalid_software_statement', 'a software_statement of an issuer that is trusted here is needed to register'],
      )
      assert.equal((await register({ ...web, software_statement: await statement({}) })).status, 201)
      const brought = await register(web, token)
      assert.equal(brought.status, 201)
      for (const [{ client_id, registration_client_uri, registration_access_token }, status] of [
        [before, 400],
        [brought.body, 200],
      ] as const) {
        const replaced = await asked(registration_client_uri, 'PUT', { ...web, client_id }, bearer(registration_access_token))
        assert.equal(replaced.status, status, replaced.text)
      }
      const page = await gatehouse.browser().open(application(gatehouse, { id: host.publish('/unstated.json', web) }).url())
      assert.match(page.html, /a software_statement of an issuer that is trusted here is needed/)
      await trust({ [directory]: null, [published]: null })
      const unapproved = await register({ ...web, software_statement: await statement({}) })
      assert.deepEqual(
        [unapproved.body.error, unapproved.body.error_description],
        ['unapproved_software_statement', 'no issuer of software statements is trusted here'],
      )
    })

    test('a tenant that trusts nobody does not know statements', async () => {
      await trust({ [directory]: null, [published]: null }, { software_statements: 'optional' })
      const { status, body } = await register({ ...web, software_statement: 'x' })
      assert.deepEqual([status, 'software_statement' in body, body.client_name], [201, false, 'Shop'])
    })
  })
}
