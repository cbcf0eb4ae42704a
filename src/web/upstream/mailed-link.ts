/** Proving by a link in a mail that one owns the account with the address of an account at a provider: only in the browser and the flow that asked for it. */
import { type Connection, identityOfProvider, settingsOf } from '../../connections/connection.ts'
import { type Account, type ConnectByLink, foldLogin, isActive, type Link } from '../../identity/account.ts'
import { findLink, type MailDeps, queueLink } from '../../identity/links.ts'
import { shown } from '../../identity/people.ts'
import { countMail } from '../../identity/throttle.ts'
import type { UpstreamIdentity } from '../../identity/upstream-identities.ts'
import { refuse } from '../../protocol/errors.ts'
import { liveFlow } from '../../protocol/flow.ts'
import type { Reply, Request } from '../../protocol/request-reply.ts'
import { ownEvent } from '../http/own-event.ts'
import type { Route, WebTenant } from '../http/route.ts'
import type { Arrival } from './arrival.ts'
import { towardsProvider } from './connect.ts'

const dead = 'this link was used, has expired, or the account has changed; sign in through the other provider again'
const elsewhere = 'this link works only in the browser and the sign-in that it was sent for; open it there, or sign in again'

/**
 * Whoever made an account with the address of somebody else must not get their account at a provider: the address must be verified. A suspended
 * account gets no link.
 */
export function mayConnectByMail(owner: Account, email: string): boolean {
  const hasAddress = owner.email !== undefined && foldLogin(owner.email) === foldLogin(email)
  return hasAddress && owner.claims['email_verified'] === true && isActive(owner)
}

/** Sends the link to the address of the account. False: no mail can be sent, or there were too many. */
export async function mailConnectLink(tenant: WebTenant, arrival: Arrival, owner: Account, identity: UpstreamIdentity): Promise<boolean> {
  const { mail, signIn, ctx } = tenant
  const { connection, live, flowToken, address } = arrival
  const email = owner.email as string
  if (!mail || (await countMail(signIn, 'connection', { logins: [email], address }, ctx.now())) !== undefined) return false
  const { upstreamSubject, label } = identity
  const place = { flow: live.flow.id, account: fingerprint(tenant, owner, connection) }
  const connect = { connection: connection.name, upstreamSubject, label, ...place }
  await queueLink(mail, 'connection', owner, email, { connect, provider: settingsOf(connection).label, flow: flowToken })
  const sent = {
    act: 'user.link',
    outcome: 'success',
    target: owner.subject,
    detail: { kind: 'connection', connection: connection.name },
  } as const
  await tenant.recordAudit([sent], undefined)
  return true
}

/** Changes with the account, and with the provider of the connection. */
function fingerprint({ signIn }: WebTenant, account: Account, connection: Connection): string {
  return signIn.pseudonym(`account ${JSON.stringify([account, identityOfProvider(connection)])}`)
}

/** The page with the button. Opening it spends nothing. */
export async function connectPage(tenant: WebTenant, request: Request, found: { link: Link; account: Account }): Promise<Reply> {
  const { connection, label } = await askedHere(tenant, request, found)
  const { params } = request
  const data = { token: params.need('token'), flow: params.need('flow'), provider: settingsOf(connection).label, account: label }
  return { kind: 'page', page: 'confirm-connection', data: { ...data, person: shown(found.account) } }
}

/** Connects the account, and goes to the provider again: this time the sign-in succeeds. */
export const connectByLink: Route = {
  path: '/link/connect',
  methods: ['POST'],
  audience: 'person',
  ownForm: true,
  async handle(tenant, request) {
    const { ctx, mail } = tenant
    const { params } = request
    const deps = mail as MailDeps // served only where mail can be sent
    const found = (await findLink(deps, params.need('token'))) ?? refuse('invalid_request', dead)
    const { connection } = await askedHere(tenant, request, found)
    const outcome = await deps.store.links.connect(found.link.hash, found.account, ctx.now())
    if (outcome === 'taken') refuse('invalid_request', 'that account is connected with another account here')
    if (outcome === 'unknown') refuse('invalid_request', dead)
    const query = new URLSearchParams({ flow: params.need('flow'), connection: connection.name })
    const page = towardsProvider(connection, `${ctx.issuer}/authorize/upstream?${query}`)
    return { kind: 'page', ...page, auditEvents: [ownEvent('user.connect', found.account, { connection: connection.name })] }
  },
}

/** What the link connects. Refuses in another browser or flow, and when the account or the connection is another by now. */
async function askedHere(tenant: WebTenant, { params, browser }: Request, { link, account }: { link: Link; account: Account }) {
  const { ctx, connections } = tenant
  const ask: ConnectByLink = link.connect ?? refuse('invalid_request', dead, 'the link is of another kind')
  const live = await liveFlow(ctx, params.need('flow'), browser)
  if (live?.flow.id !== ask.flow) refuse('invalid_request', elsewhere)
  const connection = await connections.store.connections.find(ask.connection)
  const isOpen = connection?.enabled && connection.sign_in.enabled
  if (!isOpen || ask.account !== fingerprint(tenant, account, connection)) refuse('invalid_request', dead)
  return { connection, label: ask.label }
}
