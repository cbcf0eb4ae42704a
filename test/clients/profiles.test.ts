/** A client of each security profile with `openid-client`: what the profile demands works, and nothing less does. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { exportJWK, generateKeyPair } from 'jose'
import * as oidc from 'openid-client'
import { brokenRules, type ProfileName, profiles } from '../../src/protocol/features/profiles.ts'
import type { Engine } from '../app.ts'
import { type Identity, selfSigned } from '../certificates.ts'
import { alice, callback, claimsOf, shows } from '../journeys/application.ts'
import { fetchWith, type Setup, secureServer } from '../journeys/mutual-tls-setup.ts'
import { engines } from '../postgres.ts'

const scope = 'openid offline_access'
const registered = { redirect_uris: [callback], grant_types: ['authorization_code', 'refresh_token'], scope }

/** `signed`: requests and responses. `constraint`: how tokens are bound. */
const cases: [profile: ProfileName, constraint: 'certificate' | 'key', signed: boolean][] = [
  ['fapi2', 'certificate', false],
  ['fapi2', 'key', false],
  ['fapi2-message-signing', 'certificate', true],
  ['fapi1-advanced', 'certificate', true],
]

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`clients of security profiles, on ${engine}`, () => {
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

    for (const [profile, constraint, signed] of cases) {
      const id = `${profile}-${constraint}`
      test(`${profile}, with tokens bound to a ${constraint}`, async () => {
        const { gatehouse, ca } = server
        const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'ES256' }
        const bound = { tls_client_certificate_bound_access_tokens: constraint === 'certificate' }
        const method = { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk] } }
        const client = await gatehouse.addClient({ ...profiles[profile].members, ...registered, ...method, ...bound, client_id: id })
        assert.deepEqual(brokenRules(profile, client), [])

        const metadata = {
          use_mtls_endpoint_aliases: true,
          id_token_signed_response_alg: 'ES256',
          authorization_signed_response_alg: 'ES256',
        }
        const auth = oidc.PrivateKeyJwt({ key: keys.privateKey, kid: 'one' })
        const config = await oidc.discovery(new URL(gatehouse.issuer), id, metadata, auth, { [oidc.customFetch]: fetchWith(own, ca) })
        if (signed) oidc.useJwtResponseMode(config)
        const options = constraint === 'key' ? { DPoP: oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair('ES256')) } : {}
        const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
        const checks = { pkceCodeVerifier, expectedState: oidc.randomState() }
        const plain = oidc.buildAuthorizationUrl(config, {
          redirect_uri: callback,
          scope,
          prompt: 'consent',
          state: checks.expectedState,
          code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
          code_challenge_method: 'S256',
        }).searchParams
        const request = signed
          ? (await oidc.buildAuthorizationUrlWithJAR(config, plain, { key: keys.privateKey, kid: 'one' })).searchParams
          : plain
        const lesser = new URL(`${gatehouse.issuer}/authorize?${plain}`)
        assert.match((await gatehouse.browser().open(lesser.href)).url.href, /error=|response=/, 'plain requests are refused')

        const url = await oidc.buildAuthorizationUrlWithPAR(config, request, options)
        const browser = gatehouse.browser()
        await browser.open(url.href)
        const signedIn = await browser.submit('sign-in', { ...alice })
        const landed = shows(signedIn, 'consent') ? await browser.submit('consent', { answer: 'allow' }) : signedIn
        assert.equal(landed.url.searchParams.has('response'), signed)
        const tokens = await oidc.authorizationCodeGrant(config, landed.url, checks, undefined, options)
        const { cnf } = claimsOf(tokens.access_token) as { cnf: Record<string, string> }
        assert.deepEqual(Object.keys(cnf), [constraint === 'certificate' ? 'x5t#S256' : 'jkt'])
        const { sub } = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims()!.sub, options)
        const next = await oidc.refreshTokenGrant(config, tokens.refresh_token!, undefined, options)
        assert.equal((await oidc.fetchUserInfo(config, next.access_token, sub, options)).sub, sub)
        if (profile.startsWith('fapi2')) assert.equal(next.refresh_token, tokens.refresh_token, 'it is kept')
      })
    }
  })
}
