/** `code id_token` of FAPI 1.0 Advanced with `openid-client`: the ID token of the response is its signature. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { exportJWK, generateKeyPair } from 'jose'
import * as oidc from 'openid-client'
import { brokenRules, profiles } from '../../src/protocol/features/profiles.ts'
import type { Engine } from '../app.ts'
import { type Identity, selfSigned } from '../certificates.ts'
import { alice, callback, claimsOf, shows } from '../journeys/application.ts'
import { fetchWith, type Setup, secureServer } from '../journeys/mutual-tls-setup.ts'
import { engines } from '../postgres.ts'

const registered = { redirect_uris: [callback], scope: 'openid offline_access' }

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`detached signatures, on ${engine}`, () => {
    const trusted = getCACertificates('default')
    let server: Setup
    let own: Identity
    let keys: CryptoKeyPair
    before(async () => {
      server = await secureServer(engine, 'second')
      setDefaultCACertificates([...trusted, server.ca]) // for the browser
      own = await selfSigned()
      keys = (await generateKeyPair('ES256', { extractable: true })) as CryptoKeyPair
      await server.gatehouse.addAccount({ username: alice.username }, alice.password)
    })
    after(async () => {
      setDefaultCACertificates(trusted)
      await server.close()
    })

    test('fapi1-advanced with code id_token: the ID token signs code and state', async () => {
      const { gatehouse, ca } = server
      await gatehouse.app.tenants.set('', { front_channel_tokens: true })
      const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'ES256' }
      const types = { response_types: ['code id_token'], grant_types: ['authorization_code', 'implicit', 'refresh_token'] }
      const method = { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk] }, client_id: 'detached' }
      const client = await gatehouse.addClient({ ...profiles['fapi1-advanced'].members, ...registered, ...types, ...method })
      assert.deepEqual(brokenRules('fapi1-advanced', client), [])
      for (const profile of ['oauth21', 'fapi2'] as const)
        assert.ok(brokenRules(profile, client).some(({ demand }) => demand.startsWith('response types must be among')))

      const metadata = { use_mtls_endpoint_aliases: true, id_token_signed_response_alg: 'ES256' }
      const auth = oidc.PrivateKeyJwt({ key: keys.privateKey, kid: 'one' })
      const config = await oidc.discovery(new URL(gatehouse.issuer), 'detached', metadata, auth, { [oidc.customFetch]: fetchWith(own, ca) })
      oidc.useCodeIdTokenResponseType(config)
      oidc.enableDetachedSignatureResponseChecks(config)
      const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
      const checks = { pkceCodeVerifier, expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce() }
      const challenge = { code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: 'S256' }
      const fields = { redirect_uri: callback, scope: 'openid', state: checks.expectedState, nonce: checks.expectedNonce, ...challenge }
      const signing = { key: keys.privateKey, kid: 'one' }
      const browser = gatehouse.browser()

      const plain = await browser.open(oidc.buildAuthorizationUrl(config, fields).href)
      assert.match(plain.url.hash, /error=invalid_request/, 'plain requests are refused')
      const inQuery = await oidc.buildAuthorizationUrlWithJAR(config, { ...fields, response_mode: 'query' }, signing)
      assert.match((await browser.open(inQuery.href)).url.hash, /error=invalid_request/)
      const withoutNonce = await oidc.buildAuthorizationUrlWithJAR(config, { ...fields, nonce: '' }, signing)
      assert.match((await browser.open(withoutNonce.href)).url.hash, /error=invalid_request/)
      const code = await oidc.buildAuthorizationUrlWithJAR(config, { ...fields, response_type: 'code' }, signing)
      assert.match((await browser.open(code.href)).url.search, /error=unauthorized_client/)

      const byValue = await oidc.buildAuthorizationUrlWithJAR(config, fields, signing)
      const pushed = await oidc.buildAuthorizationUrlWithPAR(config, byValue.searchParams)
      for (const url of [byValue, pushed]) {
        const page = await browser.open(url.href)
        const signedIn = shows(page, 'sign-in') ? await browser.submit('sign-in', { ...alice }) : page
        const landed = shows(signedIn, 'consent') ? await browser.submit('consent', { answer: 'allow' }) : signedIn
        assert.deepEqual([landed.url.search, new URLSearchParams(landed.url.hash.slice(1)).has('id_token')], ['', true])
        const tokens = await oidc.authorizationCodeGrant(config, landed.url, checks)
        assert.deepEqual(Object.keys(claimsOf(tokens.access_token).cnf), ['x5t#S256'])
      }
    })
  })
}
