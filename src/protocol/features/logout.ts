/** RP-initiated logout — OpenID Connect RP-Initiated Logout 1.0. */
import type { AuditEvent } from '../audit-events.ts'
import { type Client, isVoid } from '../client.ts'
import { equal, sha256 } from '../codec/digest.ts'
import { parseJws, parseObject } from '../codec/jws.ts'
import { registerUri } from '../cure.ts'
import { refuse, refuseWithCure } from '../errors.ts'
import type { Ctx, Endpoint, Feature } from '../feature.ts'
import { idTokenClaims } from '../id-token.ts'
import { inLanguages } from '../languages.ts'
import { logoutFrames } from '../logout-frames.ts'
import type { Params } from '../params.ts'
import type { Reply, Request } from '../request-reply.ts'
import { applicationOf } from '../respond.ts'
import { type HintedPerson, hintedPerson, isPerson } from '../subject.ts'
import type { Session } from '../types.ts'

/** The parameters of the request that the confirmation page posts back. */
const carried = ['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'state', 'ui_locales'] as const

const endpoint: Endpoint = {
  path: '/logout',
  advertisedAs: 'end_session_endpoint',
  methods: ['GET', 'POST'],
  audience: 'person',
  wayOn: 'sign-out',
  async handle(ctx, request) {
    const { params, browser, method, address } = request
    params.check(ctx.server.mayRepeat)
    const hint = await readHint(ctx, params)
    const found = await findClient(ctx, params, hint)
    const client = found && inLanguages(found, params.words('ui_locales')) // §2
    const to = returnUri(client, params, hint)

    // A POST from another site has no cookies; the redirect makes it a GET, which has them.
    if (method === 'POST' && browser.sessions.length === 0 && browser.id === undefined) return { kind: 'redirect', to: again(ctx, params) }
    const sessions = await ctx.people.sessions(browser.sessions, ctx.now(), address)
    const answer = method === 'POST' ? params.get('answer') : undefined
    if (answer !== undefined) checkForm(request)

    const target = sessions.find((s) => s.sid === hint?.sid) ?? sessions.find((s) => hint?.person && isPerson(ctx, hint.person, s.subject))
    const person = target ?? sessions[0]
    if (person && answer === undefined && !(target && hint?.client)) return ask(person, request) // §2
    if (answer === 'no')
      return { kind: 'page', page: 'signed-out', data: { application: client && applicationOf(client), to: undefined, stayed: true } }
    return end(ctx, { request, sessions, target, client, to })
  },
}

interface Hint {
  /** Undefined when the token cannot be verified. */
  clientId: string | undefined
  person: HintedPerson | undefined
  sid: string | undefined
  /** The client that it was issued to, unless what was issued to it is void. */
  client: Client | undefined
}

const unverified: Hint = { clientId: undefined, person: undefined, sid: undefined, client: undefined }

/** The ID token names the person and the session. It may have expired. §2, §4 */
async function readHint(ctx: Ctx, params: Params): Promise<Hint | undefined> {
  const text = params.get('id_token_hint')
  if (text === undefined) return undefined
  const { aud, sub, sid, iat } = (await idTokenClaims(ctx, text)) ?? {}
  if (typeof aud === 'string' && typeof sub === 'string' && typeof iat === 'number') {
    const client = await ctx.store.clients.find(aud)
    const issuedTo = client && !isVoid(client, iat) ? client : undefined
    const person = await hintedPerson(ctx, sub, aud)
    return { clientId: aud, person, sid: typeof sid === 'string' ? sid : undefined, client: issuedTo }
  }
  if (await mayBeOurs(ctx, text)) return unverified
  refuse('invalid_request', 'id_token_hint is not an ID token of this issuer')
}

/** An ID token whose key was revoked or removed can no longer be verified, but its owner can still sign out. */
async function mayBeOurs(ctx: Ctx, text: string): Promise<boolean> {
  const { header, payload } = parseJws(text, text.length) ?? {}
  const { typ, kid } = header ?? {}
  if (typ !== 'JWT' || typeof kid !== 'string' || !payload) return false
  return parseObject(payload)?.['iss'] === ctx.issuer && !(await ctx.keys.publishes(kid))
}

/** With a hint, the user can sign out although the client is no longer registered; without one, an unknown client is refused. */
async function findClient(ctx: Ctx, params: Params, hint: Hint | undefined): Promise<Client | undefined> {
  const named = params.get('client_id')
  if (named === undefined) return hint?.client
  if (hint?.clientId !== undefined && named !== hint.clientId) refuse('invalid_request', 'client_id is not the client of id_token_hint') // §2
  const client = await ctx.store.clients.find(named)
  return client ?? (hint ? undefined : refuse('invalid_request', 'client_id is not registered here'))
}

/** Where the browser goes afterwards: only to a URI that the client has registered. §2, §3 */
function returnUri(client: Client | undefined, params: Params, hint: Hint | undefined): string | undefined {
  const uri = params.get('post_logout_redirect_uri')
  if (uri === undefined || (!client && hint)) return undefined // §4: what could not be verified is not used
  if (!client) refuse('invalid_request', 'post_logout_redirect_uri needs id_token_hint or client_id')
  if (!client.post_logout_redirect_uris.includes(uri))
    refuseWithCure(
      'invalid_request',
      'post_logout_redirect_uri is not registered for this client',
      registerUri(client, 'post_logout_redirect_uris', uri),
    )
  const state = params.get('state')
  return state === undefined ? uri : `${uri}${uri.includes('?') ? '&' : '?'}${new URLSearchParams({ state })}`
}

function ask({ sid, name, detail }: Session, request: Request): Reply {
  const fields = Object.fromEntries(carried.map((name) => [name, request.params.get(name) ?? '']).filter(([, value]) => value))
  return { kind: 'page', page: 'sign-out', data: { token: formToken(request), person: { sid, name, detail }, fields } }
}

/** Known only to pages for this browser: other sites can post here, but cannot know it. */
function formToken({ browser }: Request): string {
  return sha256(`sign-out:${browser.sessions.join('.')}`)
}

function checkForm(request: Request): void {
  if (!equal(request.params.need('token'), formToken(request))) refuse('invalid_request', 'this page is out of date; please sign out again')
}

interface Ending {
  request: Request
  sessions: readonly Session[]
  target: Session | undefined
  client: Client | undefined
  to: string | undefined
}

/** Ends the session that the hint names, or without a hint all of this browser's. */
async function end(ctx: Ctx, { request, sessions, target, client, to }: Ending): Promise<Reply> {
  const remaining = target ? sessions.filter((s) => s.sid !== target.sid).map((s) => s.id) : []
  const ended = await ctx.people.signOut(request.browser.sessions.filter((id) => !remaining.includes(id)))
  const frames = await logoutFrames(ctx, ended)
  const remember = { sessions: remaining }
  const auditEvents = sessions.filter((s) => !remaining.includes(s.id)).map(signedOut)
  const posted = request.method === 'POST' && sessions.length > 0
  const application = client && applicationOf(client)
  if (frames.length > 0)
    return { kind: 'page', page: 'signed-out', data: { application, to, stayed: false, frames }, remember, auditEvents }
  if (to !== undefined && !posted) return { kind: 'redirect', to, remember, auditEvents }
  if (to !== undefined && application) return { kind: 'page', page: 'leave', data: { application, to }, remember, auditEvents }
  return { kind: 'page', page: 'signed-out', data: { application, to, stayed: false }, remember, auditEvents }
}

function signedOut({ subject }: Session): AuditEvent {
  return { act: 'user.sign-out', outcome: 'success', by: { type: 'user', id: subject }, target: subject }
}

function again(ctx: Ctx, params: Params): string {
  return `${ctx.issuer}/logout?${new URLSearchParams(params.entries())}`
}

export function logout(): Feature {
  return { id: 'logout', spec: 'OpenID Connect RP-Initiated Logout 1.0', requires: ['openid'], endpoints: [endpoint] }
}
