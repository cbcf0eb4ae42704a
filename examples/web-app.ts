/** A web application whose users sign in with Gatehouse. Run `npm start` in one terminal and `npm run example:web-app` in another. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import * as oidc from 'openid-client'

const port = Number(process.env['PORT'] ?? 3000)
const home = `http://localhost:${port}`
const issuer = new URL(process.env['ISSUER'] ?? 'http://localhost:8000')

// The library reads its settings from the discovery document. Use plain http on your own machine only.
const config = await oidc.discovery(issuer, 'demo-app', undefined, oidc.None(), { execute: [oidc.allowInsecureRequests] })

/** The pending sign-in and the signed-in user. An application for more than one browser keeps these in a session per browser. */
let pending: oidc.AuthorizationCodeGrantChecks | undefined
let user: { name: string; idToken: string } | undefined

const pages: Record<string, (request: IncomingMessage, response: ServerResponse) => Promise<void>> = {
  async '/'(_request, response) {
    const text = user ? `Hello ${user.name}! <a href="/sign-out">Sign out</a>` : '<a href="/sign-in">Sign in</a>'
    response.setHeader('content-type', 'text/html; charset=utf-8').end(`<!doctype html><title>Example</title><p>${text}</p>`)
  },

  async '/sign-in'(_request, response) {
    const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
    pending = { pkceCodeVerifier, expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce() }
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: `${home}/callback`,
      scope: 'openid profile email',
      code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: pending.expectedState as string,
      nonce: pending.expectedNonce as string,
    })
    response.writeHead(303, { location: url.href }).end()
  },

  async '/callback'(request, response) {
    if (!pending) throw new Error('no sign-in is pending')
    const tokens = await oidc.authorizationCodeGrant(config, new URL(request.url ?? '/', home), pending)
    const claims = tokens.claims()
    if (!claims || !tokens.id_token) throw new Error('the response has no ID token')
    const info = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub)
    user = { name: info.name ?? info.sub, idToken: tokens.id_token }
    response.writeHead(303, { location: '/' }).end()
  },

  async '/sign-out'(_request, response) {
    const hint = user ? { id_token_hint: user.idToken } : {}
    user = undefined
    response.writeHead(303, { location: oidc.buildEndSessionUrl(config, hint).href }).end()
  },
}

createServer((request, response) => {
  const page = pages[new URL(request.url ?? '/', home).pathname]
  if (!page) return response.writeHead(404).end('not found')
  page(request, response).catch((error: Error) => response.writeHead(500).end(error.message))
}).listen(port, () => console.log(`Open ${home}`))
