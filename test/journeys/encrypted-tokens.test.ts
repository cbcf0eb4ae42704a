/** ID tokens and UserInfo responses as a client registered for them: signed, encrypted, or both — OpenID Connect Core §5.3.2, §10, §16.14. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, suite, test } from 'node:test'
import {
  CompactEncrypt,
  compactDecrypt,
  createRemoteJWKSet,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWTPayload,
  jwtVerify,
} from 'jose'
import * as oidc from 'openid-client'
import { contentEncryptionAlgs, type KeyEncryptionAlg, keyEncryptionAlgs } from '../../src/protocol/codec/jwe.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { type Application, alice, application, call, callback, challenge, shows, verifier } from './application.ts'

interface Pair {
  jwk: object
  privateKey: CryptoKey
}

async function decryptionKey(alg: KeyEncryptionAlg): Promise<Pair> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { jwk: { ...(await exportJWK(publicKey)), kid: alg, use: 'enc', alg }, privateKey }
}

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`ID tokens and UserInfo as registered, on ${engine}`, () => {
    let gatehouse: TestApp
    let subject: string
    const pairs = new Map<KeyEncryptionAlg, Pair>()
    before(async () => {
      gatehouse = await testApp(engine)
      subject = await gatehouse.addAccount({ username: alice.username, email: 'alice@example.com' }, alice.password)
      for (const alg of keyEncryptionAlgs) pairs.set(alg, await decryptionKey(alg))
    })
    after(() => gatehouse.close())

    let count = 0
    async function client(members: object): Promise<Application> {
      const id = `app-${count++}`
      const common = { redirect_uris: [callback], scope: 'openid email', policy: { consent: 'skip' } }
      await gatehouse.addClient(
        { ...common, client_id: id, jwks: { keys: [...pairs.values()].map(({ jwk }) => jwk) }, ...members },
        'secret',
      )
      return application(gatehouse, { id, secret: 'secret', scope: 'openid email' })
    }

    const userinfo = (token: string) => call(`${gatehouse.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } })

    async function verified(audience: string, jwt: string): Promise<JWTPayload> {
      const keys = createRemoteJWKSet(new URL(`${gatehouse.issuer}/.well-known/jwks.json`))
      return (await jwtVerify(jwt, keys, { issuer: gatehouse.issuer, audience, currentDate: new Date(gatehouse.now() * 1000) })).payload
    }

    async function decrypted(jwe: string): Promise<{ text: string; header: ReturnType<typeof decodeProtectedHeader> }> {
      const header = decodeProtectedHeader(jwe)
      const { plaintext } = await compactDecrypt(jwe, pairs.get(header.alg as KeyEncryptionAlg)!.privateKey)
      return { text: new TextDecoder().decode(plaintext), header }
    }

    for (const alg of keyEncryptionAlgs)
      test(`an ID token encrypted with ${alg} holds the signed one`, async () => {
        const app = await client({ id_token_encrypted_response_alg: alg })
        const { text, header } = await decrypted((await app.tokens(gatehouse.browser())).id_token)
        assert.deepEqual(header, { ...header, alg, enc: 'A128CBC-HS256', cty: 'JWT', kid: alg })
        assert.equal((await verified(app.id, text)).sub, subject)
      })

    for (const enc of contentEncryptionAlgs)
      test(`ID token and UserInfo with ${enc}`, async () => {
        const app = await client({
          id_token_signed_response_alg: 'ES256',
          id_token_encrypted_response_alg: 'ECDH-ES',
          id_token_encrypted_response_enc: enc,
          userinfo_signed_response_alg: 'EdDSA',
          userinfo_encrypted_response_alg: 'RSA-OAEP-256',
          userinfo_encrypted_response_enc: enc,
        })
        const tokens = await app.tokens(gatehouse.browser())
        for (const [jwe, signedBy] of [
          [tokens.id_token, 'ES256'],
          [(await userinfo(tokens.access_token)).text, 'EdDSA'],
        ]) {
          const { text, header } = await decrypted(jwe)
          assert.deepEqual([header['enc'], header.cty, decodeProtectedHeader(text).alg], [enc, 'JWT', signedBy])
          assert.equal((await verified(app.id, text)).sub, subject)
        }
      })

    test('each algorithm of the tenant signs ID tokens and UserInfo, whose claims name issuer and audience and no nonce', async () => {
      for (const alg of gatehouse.root.ctx.keys.algs) {
        const app = await client({ id_token_signed_response_alg: alg, userinfo_signed_response_alg: alg })
        const tokens = await app.tokens(gatehouse.browser(), { nonce: 'n' })
        const { text, headers } = await userinfo(tokens.access_token)
        assert.deepEqual([headers.get('content-type'), headers.get('cache-control')], ['application/jwt', 'no-store'])
        assert.deepEqual([alg, alg], [decodeProtectedHeader(tokens.id_token).alg, decodeProtectedHeader(text).alg])
        assert.deepEqual(await verified(app.id, text), {
          sub: subject,
          email: 'alice@example.com',
          email_verified: false,
          iss: gatehouse.issuer,
          aud: app.id,
        })
      }
    })

    test('UserInfo that is encrypted only is JSON inside', async () => {
      const app = await client({ userinfo_encrypted_response_alg: 'ECDH-ES+A256KW' })
      const answer = await userinfo((await app.tokens(gatehouse.browser())).access_token)
      const { text, header } = await decrypted(answer.text)
      assert.deepEqual([answer.headers.get('content-type'), header.cty], ['application/jwt', undefined])
      assert.equal(JSON.parse(text).sub, subject)
    })

    test('a UserInfo response is no ID token: it is refused as a hint', async () => {
      const app = await client({ userinfo_signed_response_alg: 'RS256' })
      const { text } = await userinfo((await app.tokens(gatehouse.browser())).access_token)
      const asked = await gatehouse.browser().open(app.url({ id_token_hint: text }))
      assert.equal(asked.url.searchParams.get('error_description'), 'id_token_hint is not an ID token of this issuer')
    })

    test('keys at jwks_uri that fit no algorithm: nothing is sent in the clear, and the code is not spent', async (t) => {
      let keys = [pairs.get('RSA-OAEP-256')!.jwk]
      const server = createServer((_, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys })))
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      t.after(() => server.close())
      const jwks_uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`
      const encryption = { id_token_encrypted_response_alg: 'ECDH-ES', userinfo_encrypted_response_alg: 'ECDH-ES' }
      const app = await client({ ...encryption, jwks: undefined, jwks_uri })
      const code = await app.code(gatehouse.browser())
      const refused = await app.redeem(code)
      assert.deepEqual(
        [refused.status, refused.body.error_description],
        [400, 'the client has no key for which its responses can be encrypted'],
      )
      keys = [pairs.get('ECDH-ES')!.jwk]
      gatehouse.advance(30)
      const tokens = await app.redeem(code)
      assert.equal(tokens.status, 200)
      keys = [pairs.get('RSA-OAEP-256')!.jwk]
      gatehouse.advance(300)
      assert.equal((await userinfo(tokens.body.access_token)).status, 400)
    })

    test('an encrypted ID token as id_token_hint: the signed one inside works, and what is encrypted for this server', async () => {
      const app = await client({ id_token_encrypted_response_alg: 'ECDH-ES' })
      const browser = gatehouse.browser()
      const { id_token } = await app.tokens(browser)
      const { text } = await decrypted(id_token)
      const { keys } = (await call(`${gatehouse.issuer}/.well-known/jwks.json`)).body
      const jwk = keys.find(({ use }: { use: string }) => use === 'enc')
      const forServer = await new CompactEncrypt(new TextEncoder().encode(text))
        .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A128GCM', kid: jwk.kid, cty: 'JWT' })
        .encrypt(await importJWK(jwk, 'ECDH-ES'))
      for (const id_token_hint of [text, forServer]) {
        const { url } = await browser.open(app.url({ id_token_hint, prompt: 'none' }))
        assert.ok(url.searchParams.get('code'))
        const logout = await gatehouse.browser().open(`${gatehouse.issuer}/logout?${new URLSearchParams({ id_token_hint })}`)
        assert.equal(logout.status, 200)
      }
      const why = 'id_token_hint is not encrypted for this server; send the signed ID token inside it'
      const { url } = await browser.open(app.url({ id_token_hint: id_token, prompt: 'none' }))
      assert.equal(url.searchParams.get('error_description'), why)
      const logout = await gatehouse.browser().open(`${gatehouse.issuer}/logout?${new URLSearchParams({ id_token_hint: id_token })}`)
      assert.ok(logout.status === 400 && logout.html.includes(why))
    })

    const bad: [members: object, problem: RegExp][] = [
      [{ userinfo_signed_response_alg: 'ML-DSA-44' }, /must be one of/],
      [
        { userinfo_signed_response_alg: 'RS256', id_token_signed_response_alg: 'ES256', policy: { allowed_algs: ['ES256'] } },
        /must be one of/,
      ],
      [{ userinfo_signed_response_alg: 'none' }, /Invalid option/],
      [{ id_token_encrypted_response_alg: 'RSA1_5' }, /Invalid option/],
      [{ id_token_encrypted_response_enc: 'A256GCM' }, /is needed beside id_token_encrypted_response_enc/],
      [{ userinfo_encrypted_response_enc: 'A256GCM' }, /is needed beside userinfo_encrypted_response_enc/],
      [{ id_token_encrypted_response_alg: 'RSA-OAEP-256' }, /must hold a valid key for RSA-OAEP-256/],
      [{ userinfo_encrypted_response_alg: 'ECDH-ES' }, /must hold a valid key for ECDH-ES/],
    ]
    for (const [members, problem] of bad)
      test(`not registered: ${JSON.stringify(members)}`, () =>
        assert.rejects(gatehouse.addClient({ client_id: 'x', redirect_uris: [callback], ...members }), problem))

    test('the metadata lists the algorithms', async () => {
      const { body } = await call(`${gatehouse.issuer}/.well-known/openid-configuration`)
      assert.deepEqual(body.userinfo_signing_alg_values_supported, gatehouse.root.ctx.keys.algs)
      for (const kind of ['id_token', 'userinfo']) {
        assert.deepEqual(body[`${kind}_encryption_alg_values_supported`], keyEncryptionAlgs)
        assert.deepEqual(body[`${kind}_encryption_enc_values_supported`], contentEncryptionAlgs)
      }
    })

    test('openid-client decrypts both', async () => {
      const encryption = { id_token_encrypted_response_alg: 'ECDH-ES+A128KW', userinfo_encrypted_response_alg: 'RSA-OAEP-256' }
      const app = await client({ ...encryption, userinfo_signed_response_alg: 'ES256' })
      const metadata = { client_secret: 'secret', ...encryption, userinfo_signed_response_alg: 'ES256' }
      const config = await oidc.discovery(new URL(gatehouse.issuer), app.id, metadata, oidc.ClientSecretBasic('secret'), {
        execute: [oidc.allowInsecureRequests],
      })
      const keys = Array.from(pairs, ([alg, { privateKey }]) => ({ key: privateKey, alg, kid: alg }))
      oidc.enableDecryptingResponses(config, [...contentEncryptionAlgs], ...keys)
      const checks = { redirect_uri: callback, scope: 'openid', state: 's', code_challenge: challenge, code_challenge_method: 'S256' }
      const browser = gatehouse.browser()
      await browser.open(oidc.buildAuthorizationUrl(config, checks).href)
      const landing = await browser.submit('sign-in', { ...alice })
      assert.ok(!shows(landing, 'consent'))
      const tokens = await oidc.authorizationCodeGrant(config, landing.url, { expectedState: 's', pkceCodeVerifier: verifier })
      assert.equal(tokens.claims()!.sub, subject)
      assert.equal((await oidc.fetchUserInfo(config, tokens.access_token, subject)).sub, subject)
    })
  })
}
