/** client_secret_jwt: who signs with the secret is the client, and the secret never travels — RFC 7523 §3, OpenID Connect Core §9. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { generateKeyPair, SignJWT } from 'jose'
import { newSecret } from '../../src/crypto/new-secret.ts'
import { brokenRules } from '../../src/protocol/features/profiles.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { type Answer, basic, call, encode } from './application.ts'

const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const machine = { grant_types: ['client_credentials'], token_endpoint_auth_method: 'client_secret_jwt', scope: 'read' }

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`client_secret_jwt, on ${engine}`, () => {
    let gatehouse: TestApp
    let secret: string
    let other: string
    let count = 0

    /** Its secret. `text`: chosen, as nobody can. */
    async function add(id: string, more: object = {}, text?: string): Promise<string> {
      const { root, addClient } = gatehouse
      await addClient({ ...machine, client_id: id, ...more })
      const { row, shown } = newSecret(root.tokens, { id: root.ctx.id(), now: gatehouse.now(), lifetime: undefined, text, signs: true })
      await root.store.clientsAdmin.addSecret(id, row)
      return shown
    }
    before(async () => {
      gatehouse = await testApp(engine, {})
      ;[secret, other] = [await add('m'), await add('other')]
    })
    after(() => gatehouse.close())

    const assertion = (key: string | Uint8Array | CryptoKey = secret, claims: object = {}, header: object = {}): Promise<string> => {
      const now = gatehouse.now()
      const body = { iss: 'm', sub: 'm', aud: gatehouse.issuer, jti: `jti ${++count}`, iat: now, exp: now + 60, ...claims }
      return new SignJWT(body)
        .setProtectedHeader({ alg: 'HS256', ...header })
        .sign(typeof key === 'string' ? new TextEncoder().encode(key) : key)
    }
    const token = (client_assertion: string, more: Record<string, string> = {}, headers = {}): Promise<Answer> => {
      const fields = { grant_type: 'client_credentials', client_assertion_type: type, client_assertion, ...more }
      return call(`${gatehouse.issuer}/token`, { body: encode(fields), headers })
    }
    const refused = (answer: Answer) => assert.deepEqual([answer.status, answer.body.error], [401, 'invalid_client'])

    test('a client authenticates with each secret in force, which is not stored', async () => {
      assert.equal((await token(await assertion())).status, 200)
      const { root } = gatehouse
      const next = newSecret(root.tokens, { id: root.ctx.id(), now: gatehouse.now(), lifetime: 60, signs: true })
      assert.ok(!JSON.stringify(next.row).includes(next.shown))
      await root.store.clientsAdmin.addSecret('m', next.row)
      assert.equal((await token(await assertion(next.shown))).status, 200)
      gatehouse.advance(60)
      refused(await token(await assertion(next.shown)))
      assert.equal((await token(await assertion())).status, 200)
      assert.ok(Buffer.byteLength(secret) >= 32, 'RFC 7518 §3.2')
    })

    test('an assertion is good once, and the same claims as with a key are demanded', async () => {
      const one = await assertion()
      const answers = await Promise.all(Array.from({ length: 10 }, () => token(one)))
      assert.equal(answers.filter(({ status }) => status === 200).length, 1)
      const now = gatehouse.now()
      for (const claims of [
        { exp: undefined },
        { exp: now },
        { exp: now + 361 },
        { aud: `${gatehouse.issuer}/token` },
        { aud: 'https://evil.example' },
        { jti: undefined },
        { iss: 'other' },
        { sub: 'other' },
      ])
        refused(await token(await assertion(secret, claims)))
    })

    const wrong: Record<string, () => Promise<string>> = {
      'the secret of another client': () => assertion(other),
      'HS512 with the secret': () => assertion(secret, {}, { alg: 'HS512' }),
      'ES256 with a key of its own': async () => assertion((await generateKeyPair('ES256')).privateKey as CryptoKey, {}, { alg: 'ES256' }),
      'what is stored of the secret': async () => assertion((await gatehouse.root.store.clientsAdmin.listSecrets('m'))[0]!.hash),
      'the secret itself, in the header': () =>
        assertion(secret, {}, { jwk: { kty: 'oct', k: Buffer.from(secret).toString('base64url') } }),
      'an empty secret': () => assertion(new Uint8Array([0])),
      none: async () => `${(await assertion(secret, {}, {})).replace(/^[^.]+/, Buffer.from('{"alg":"none"}').toString('base64url'))}`,
    }
    for (const [name, make] of Object.entries(wrong)) test(`refused: ${name}`, async () => refused(await token(await make())))

    test('the secret itself is not accepted, and not beside an assertion', async () => {
      const form = encode({ grant_type: 'client_credentials' })
      refused(await call(`${gatehouse.issuer}/token`, { body: form, headers: { authorization: basic('m', secret) } }))
      const posted = await call(`${gatehouse.issuer}/token`, { body: `${form}&client_id=m&client_secret=${secret}` })
      refused(posted)
      const both = await token(await assertion(), { client_id: 'm', client_secret: secret })
      assert.deepEqual([both.status, both.body.error], [400, 'invalid_request'])
    })

    test('a secret that only a hash is known of cannot sign', async () => {
      const chosen = await add('chosen', {}, 'a secret that somebody has chosen')
      refused(await token(await assertion(chosen, { iss: 'chosen', sub: 'chosen' })))
    })

    test('a client of another method does not authenticate by its secret’s signature', async () => {
      const plain = await add('plain', { token_endpoint_auth_method: 'client_secret_basic' })
      refused(await token(await assertion(plain, { iss: 'plain', sub: 'plain' })))
      const form = encode({ grant_type: 'client_credentials' })
      const { status } = await call(`${gatehouse.issuer}/token`, { body: form, headers: { authorization: basic('plain', plain) } })
      assert.equal(status, 200, 'a secret that can sign can also be shown, by a client that is registered for that')
    })

    test('its algorithm is HS256 alone, and no profile that lists algorithms allows it', async () => {
      const register = (more: object) => gatehouse.addClient({ ...machine, client_id: 'x', ...more })
      await assert.rejects(register({ token_endpoint_auth_signing_alg: 'ES256' }), /must be HS256 for client_secret_jwt/)
      await assert.rejects(register({ policy: { allowed_algs: ['ES256'] } }), /signs with HS256, which policy.allowed_algs excludes/)
      const basicOnly = { token_endpoint_auth_method: 'client_secret_basic', token_endpoint_auth_signing_alg: 'HS256' }
      await assert.rejects(register(basicOnly), /HS256 is for client_secret_jwt alone/)
      const client = await register({ client_id: 'named', token_endpoint_auth_signing_alg: 'HS256' })
      for (const name of ['fapi2', 'fapi2-message-signing', 'fapi1-advanced'] as const)
        assert.ok(brokenRules(name, client).some(({ demand }) => demand === 'the client must authenticate by a key'))
    })

    test('the metadata names the method and its algorithm', async () => {
      const { body } = await call(`${gatehouse.issuer}/.well-known/openid-configuration`, {})
      assert.ok(body.token_endpoint_auth_methods_supported.includes('client_secret_jwt'))
      assert.ok(body.token_endpoint_auth_signing_alg_values_supported.includes('HS256'))
    })
  })
}
