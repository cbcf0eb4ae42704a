/**
 * A web application whose users sign in with Gatehouse: it shows what the tokens say, refreshes them, and calls an API. `npm start` runs it;
 * `npm run example:web-app` runs it alone.
 */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import * as oidc from 'openid-client'
import { errorPage, signedInPage, signedOutPage } from './web-app-pages.ts'

const port = Number(process.env['PORT'] ?? 3000)
const home = `http://localhost:${port}`
const host = process.env['HOST'] ?? 'localhost' // other machines do not reach it
const issuer = new URL(process.env['ISSUER'] ?? 'http://localhost:8000')
const api = process.env['API'] ?? 'http://localhost:4000'

// The library reads its settings from the discovery document. Use plain http on your own machine only.
const config = await oidc.discovery(issuer, 'demo-app', undefined, oidc.None(), { execute: [oidc.allowInsecureRequests] })

/** What is known of one browser. An application with more than one process keeps this in a database. */
interface Session {
  pending?: oidc.AuthorizationCodeGrantChecks
  tokens?: oidc.TokenEndpointResponse
  user?: oidc.UserInfoResponse
  /** What the API answered. */
  notes?: string
}
const sessions = new Map<string, Session>()

type Handler = (session: Session, request: IncomingMessage, response: ServerResponse) => Promise<void>

const pages: Record<string, Handler> = {
  async 'GET /'(session, _request, response) {
    const { tokens, user, notes } = session
    html(
      response,
      tokens && user ? signedInPage({ tokens, user, notes, account: `${issuer.href.replace(/\/$/, '')}/account` }) : signedOutPage(),
    )
  },

  async 'POST /sign-in'(session, _request, response) {
    const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
    const [expectedState, expectedNonce] = [oidc.randomState(), oidc.randomNonce()]
    session.pending = { pkceCodeVerifier, expectedState, expectedNonce }
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: `${home}/callback`,
      scope: 'openid profile email offline_access read write',
      code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: expectedState,
      nonce: expectedNonce,
    })
    redirect(response, url.href)
  },

  async 'GET /callback'(session, request, response) {
    const { pending } = session
    if (!pending) return redirect(response, '/')
    delete session.pending
    const tokens = await oidc.authorizationCodeGrant(config, new URL(request.url ?? '/', home), pending)
    const claims = tokens.claims()
    if (!claims) throw new Error('the response has no ID token')
    session.tokens = tokens
    session.user = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub)
    redirect(response, '/')
  },

  async 'POST /refresh'(session, _request, response) {
    const refreshToken = session.tokens?.refresh_token
    if (refreshToken === undefined) return redirect(response, '/')
    const tokens = await oidc.refreshTokenGrant(config, refreshToken)
    session.tokens = tokens
    redirect(response, '/')
  },

  async 'POST /call-api'(session, _request, response) {
    const headers = { authorization: `Bearer ${session.tokens?.access_token}`, 'content-type': 'application/json' }
    const answer = await fetch(`${api}/notes`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ text: 'Hello from the demo application' }),
    })
    session.notes = `${answer.status} ${answer.statusText}\n${await answer.text()}`
    redirect(response, '/')
  },

  async 'POST /sign-out'(session, _request, response) {
    const hint = session.tokens?.id_token
    for (const [id, one] of sessions) if (one === session) sessions.delete(id)
    const parameters = { post_logout_redirect_uri: `${home}/`, ...(hint === undefined ? {} : { id_token_hint: hint }) }
    redirect(response, oidc.buildEndSessionUrl(config, parameters).href)
  },
}

function html(response: ServerResponse, page: string, status = 200): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }).end(page)
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(303, { location }).end()
}

/** The session of this browser: its cookie holds a random id and nothing else. */
function sessionOf(request: IncomingMessage, response: ServerResponse): Session {
  const known = sessions.get(/demo_session=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '')
  if (known) return known
  const [id, session] = [randomUUID(), {}]
  if (sessions.size > 1000) sessions.clear()
  sessions.set(id, session)
  response.setHeader('set-cookie', `demo_session=${id}; Path=/; HttpOnly; SameSite=Lax`)
  return session
}

createServer((request, response) => {
  const handle = pages[`${request.method} ${new URL(request.url ?? '/', home).pathname}`]
  if (!handle) return html(response, errorPage('There is nothing at this address.'), 404)
  // Only forms of this application may post: browsers say where a post comes from.
  if (request.method === 'POST' && request.headers.origin !== home)
    return html(response, errorPage('This form was sent from another site.'), 403)
  handle(sessionOf(request, response), request, response).catch((error: oidc.AuthorizationResponseError) =>
    html(response, errorPage(error.error_description ?? error.message), 400),
  )
}).listen(port, host, () => console.log(`Open ${home}`))
