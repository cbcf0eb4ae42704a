/** Certificates with `openid-client` and `oauth4webapi`, over TLS, by the aliases of the metadata — RFC 8705. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import * as oauth from 'oauth4webapi'
import * as oidc from 'openid-client'
import type { Engine } from '../app.ts'
import { type Identity, selfSigned } from '../certificates.ts'
import { alice, callback, claimsOf, shows } from '../journeys/application.ts'
import { fetchWith, machine, type Setup, secureServer } from '../journeys/mutual-tls-setup.ts'
import { engines } from '../postgres.ts'

const scope = 'openid offline_access'
const people = { grant_types: ['authorization_code', 'refresh_token'], redirect_uris: [callback], scope, policy: { consent: 'skip' } }

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`client certificates, on ${engine}`, () => {
    const trusted = getCACertificates('default')
    let server: Setup
    let robot: Identity
    let own: Identity
    before(async () => {
      server = await secureServer(engine, 'second')
      setDefaultCACertificates([...trusted, server.ca]) // for the browser
      ;[robot, own] = [await server.bank.issue({ subject: 'O=Example, CN=robot' }), await selfSigned()]
      const { addClient } = server.gatehouse
      await addClient(machine('robot', { ...people, tls_client_auth_subject_dn: 'CN=robot,O=Example' }))
      const registered = { token_endpoint_auth_method: 'self_signed_tls_client_auth', jwks: { keys: [own.jwk] } }
      await addClient(machine('own', { ...people, ...registered }))
      await addClient(machine('open', { ...people, token_endpoint_auth_method: 'none' }))
      await addClient(machine('worker'))
      await server.gatehouse.addAccount({ username: alice.username }, alice.password)
    })
    after(async () => {
      setDefaultCACertificates(trusted)
      await server.close()
    })

    const applications: Record<string, [auth: () => oidc.ClientAuth, identity: () => Identity]> = {
      robot: [oidc.TlsClientAuth, () => robot],
      own: [oidc.TlsClientAuth, () => own],
      open: [oidc.None, () => own],
    }
    for (const [id, [auth, identity]] of Object.entries(applications)) {
      test(`openid-client: code, UserInfo, refresh, introspection and revocation of ${id}`, async () => {
        const { gatehouse, ca } = server
        const metadata = { use_mtls_endpoint_aliases: true, id_token_signed_response_alg: 'RS256' }
        const config = await oidc.discovery(new URL(gatehouse.issuer), id, metadata, auth(), {
          [oidc.customFetch]: fetchWith(identity(), ca),
        })
        const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
        const checks = { pkceCodeVerifier, expectedState: oidc.randomState() }
        const parameters = {
          redirect_uri: callback,
          scope,
          prompt: 'consent',
          state: checks.expectedState,
          code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
          code_challenge_method: 'S256',
        }
        const url = await oidc.buildAuthorizationUrlWithPAR(config, parameters)
        const browser = gatehouse.browser()
        await browser.open(url.href)
        const signedIn = await browser.submit('sign-in', { ...alice })
        const landed = shows(signedIn, 'consent') ? await browser.submit('consent', { answer: 'allow' }) : signedIn
        const tokens = await oidc.authorizationCodeGrant(config, landed.url, checks)
        assert.deepEqual(claimsOf(tokens.access_token)['cnf'], { 'x5t#S256': identity().x5t })
        const { sub } = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims()!.sub)
        assert.equal(sub, tokens.claims()!.sub)

        const thief = await oidc.discovery(new URL(gatehouse.issuer), id, metadata, auth(), {
          [oidc.customFetch]: fetchWith(await selfSigned(), ca),
        })
        await assert.rejects(oidc.fetchUserInfo(thief, tokens.access_token, sub))
        await assert.rejects(oidc.refreshTokenGrant(thief, tokens.refresh_token!))
        const next = await oidc.refreshTokenGrant(config, tokens.refresh_token!)
        assert.deepEqual(claimsOf(next.access_token)['cnf'], { 'x5t#S256': identity().x5t })
        if (id !== 'open') {
          const told = await oidc.tokenIntrospection(config, next.access_token)
          assert.deepEqual([told.active, told.cnf], [true, { 'x5t#S256': identity().x5t }])
        }
        await oidc.tokenRevocation(config, next.access_token)
        await assert.rejects(oidc.fetchUserInfo(config, next.access_token, sub))
      })
    }

    test('oauth4webapi: client credentials, introspection and revocation', async () => {
      const { gatehouse, ca, origin, bank } = server
      const identity = await bank.issue({ subject: 'CN=worker' })
      const options = { [oauth.customFetch]: fetchWith(identity, ca) }
      const issuer = new URL(gatehouse.issuer)
      const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options))
      assert.equal(as.mtls_endpoint_aliases?.token_endpoint, `${origin}/token`)
      assert.equal(as.tls_client_certificate_bound_access_tokens, true)
      const client = { client_id: 'worker', use_mtls_endpoint_aliases: true }
      const auth = oauth.TlsClientAuth()
      const answer = await oauth.clientCredentialsGrantRequest(as, client, auth, { scope: 'read' }, options)
      const { access_token, token_type } = await oauth.processClientCredentialsResponse(as, client, answer)
      assert.equal(token_type, 'bearer')
      const told = await oauth.introspectionRequest(as, client, auth, access_token, options)
      const described = await oauth.processIntrospectionResponse(as, client, told)
      assert.deepEqual(described.cnf, { 'x5t#S256': identity.x5t })
      await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, auth, access_token, options))

      const lacking = { [oauth.customFetch]: fetchWith(undefined, ca) }
      const refused = await oauth.clientCredentialsGrantRequest(as, client, auth, { scope: 'read' }, lacking)
      await assert.rejects(oauth.processClientCredentialsResponse(as, client, refused), /ResponseBodyError|server responded/)
    })
  })
}
