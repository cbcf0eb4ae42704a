/** The MCP SDK's client, pre-registered, at a protected MCP server — RFC 9728, RFC 8707. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { auth, type OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js'
import type { OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { alice, callback, claimsOf } from '../journeys/application.ts'
import { engines } from '../postgres.ts'
import { type RunningApp, runApp, signIn } from './visitor.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`MCP SDK, on ${engine}`, () => {
    let gatehouse: TestApp
    let server: RunningApp
    before(async () => {
      gatehouse = await testApp(engine)
      server = await runApp((origin) => (request, response) => {
        const known = request.url === '/.well-known/oauth-protected-resource/mcp'
        const metadata = { resource: `${origin}/mcp`, authorization_servers: [gatehouse.issuer], scopes_supported: ['tools:call'] }
        response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(known ? metadata : {}))
      })
      await gatehouse.root.store.resourcesAdmin.add({
        identifier: `${server.origin}/mcp`,
        name: 'Tools',
        scopes: { 'tools:call': 'Call tools' },
      })
      const client = { grant_types: ['authorization_code', 'refresh_token'], redirect_uris: [callback], scope: 'tools:call' }
      await gatehouse.addClient({ ...client, client_id: 'agent', token_endpoint_auth_method: 'none' })
      await gatehouse.addClient({ ...client, client_id: 'server-agent' }, 'secret')
      await gatehouse.addAccount({ username: alice.username }, alice.password)
    })
    after(() => {
      server.close()
      return gatehouse.close()
    })

    for (const information of [{ client_id: 'agent' }, { client_id: 'server-agent', client_secret: 'secret' }]) {
      test(`gets tokens for the server, and refreshes them: ${information.client_id}`, async () => {
        let away: URL | undefined
        let verifier = ''
        let tokens: OAuthTokens | undefined
        const provider: OAuthClientProvider = {
          redirectUrl: callback,
          clientMetadata: { redirect_uris: [callback] },
          clientInformation: () => information,
          tokens: () => tokens,
          saveTokens: (given) => {
            tokens = given
          },
          redirectToAuthorization: (url) => {
            away = url
          },
          saveCodeVerifier: (text) => {
            verifier = text
          },
          codeVerifier: () => verifier,
        }
        const serverUrl = `${server.origin}/mcp`
        assert.equal(await auth(provider, { serverUrl }), 'REDIRECT')
        const back = new URL(await signIn(gatehouse.browser(), String(away)))
        assert.equal(await auth(provider, { serverUrl, authorizationCode: back.searchParams.get('code') as string }), 'AUTHORIZED')
        const { access_token: first } = tokens as unknown as OAuthTokens
        assert.partialDeepStrictEqual(claimsOf(first), { aud: serverUrl, scope: 'tools:call' })
        assert.equal(await auth(provider, { serverUrl }), 'AUTHORIZED') // by the refresh token
        assert.notEqual((tokens as unknown as OAuthTokens).access_token, first)
      })
    }
  })
}
