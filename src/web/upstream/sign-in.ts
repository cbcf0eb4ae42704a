/** Signing in through another provider, within a flow of ours — OpenID Connect Core §3.1.2.3; linking by proof, never by an equal address. */
import { redeem, type UpstreamPerson } from '../../connections/authorization.ts'
import { type Connection, settingsOf } from '../../connections/connection.ts'
import { redirectUriOf } from '../../connections/deps.ts'
import { beginRequest } from '../../connections/pending.ts'
import { profileOf, type UpstreamProfile } from '../../connections/profile.ts'
import { UpstreamError } from '../../connections/upstream-error.ts'
import { type Account, foldLogin, isActive } from '../../identity/account.ts'
import { claimsSchema, newAccount } from '../../identity/accounts.ts'
import { signUpAttributes } from '../../identity/attributes.ts'
import type { UpstreamIdentity } from '../../identity/upstream-identities.ts'
import { domainOf } from '../../protocol/email-address.ts'
import { refuse } from '../../protocol/errors.ts'
import { findFlow, type LiveFlow } from '../../protocol/flow.ts'
import type { Reply, Request } from '../../protocol/request-reply.ts'
import { signInPage } from '../../protocol/sign-in-page.ts'
import { cleanPart } from '../../protocol/text.ts'
import { ownEvent } from '../http/own-event.ts'
import type { Route, WebTenant } from '../http/route.ts'
import { completeSignIn, startBrowserSession } from '../sign-in/complete.ts'
import type { UpstreamAnswer } from './answer.ts'

/** What the person reads on the sign-in page when it did not work. */
const problems = {
  unavailable: 'That provider does not answer just now. Please try again in a moment, or sign in another way.',
  consent: 'That sign-in was not completed. Please try again.',
  denied: 'That sign-in was not completed. Please try again.',
  configuration: 'That provider is not set up right. Please tell an administrator, or sign in another way.',
  answer: 'The answer of that provider could not be trusted, so nothing was done. Please try again, or sign in another way.',
  stranger: 'No account here is connected with that one. Sign in another way; then you can connect it on your account page.',
  taken: 'There is an account with this address here already. Sign in to it; then you can connect the other one on your account page.',
  incomplete: 'An account here needs more details than that provider gives. Please ask an administrator for an account.',
  closed: 'Your account here cannot be used. Please ask an administrator.',
} as const

type Problem = keyof typeof problems

/** Sends the browser to the provider. */
export const signInRoute: Route = {
  path: '/authorize/upstream',
  methods: ['GET'],
  audience: 'person',
  async handle(tenant, { params, browser }) {
    const { ctx, connections } = tenant
    const flowToken = params.need('flow')
    const live = await findFlow(ctx, flowToken, browser)
    const connection = await connections.store.connections.find(params.need('connection'))
    if (!connection?.enabled || !connection.sign_in.enabled) return refuse('not_found', 'nobody can sign in through this connection')
    const { prompt, maxAge, loginHint } = live.flow.asked
    const again = prompt.includes('login') || maxAge !== undefined
    const more = {
      ...(again ? { prompt: 'login' } : prompt.includes('select_account') ? { prompt: 'select_account' } : {}),
      ...(loginHint === undefined ? {} : { login_hint: loginHint }),
    }
    try {
      const to = await beginRequest(connections, connection, {
        purpose: 'sign-in',
        redirectUri: redirectUriOf(connections, connection.name),
        scope: settingsOf(connection).signInScope,
        flow: live.flow.id,
        browser: live.flow.browser,
        lifetime: ctx.tenant.lifetimes.flow,
        carries: flowToken,
        params: more,
      })
      return { kind: 'redirect', to }
    } catch (error) {
      return failed(tenant, { live, flowToken, connection }, error)
    }
  },
}

interface Place {
  live: LiveFlow
  flowToken: string
  connection: Connection
}

/** What the provider answered within the flow that asked. */
export async function finishSignIn(tenant: WebTenant, request: Request, answer: UpstreamAnswer): Promise<Reply> {
  const { connection, binding, params, carried = '' } = answer
  const live = await findFlow(tenant.ctx, carried, request.browser)
  if (live.flow.id !== answer.request.flow) refuse('invalid_request', 'this answer belongs to another sign-in; go back and start again')
  const place = { live, flowToken: carried, connection }
  try {
    const { person } = await redeem(tenant.connections, connection, params, binding)
    if (!person) throw new UpstreamError('configuration', 'the provider does not tell who it was')
    const profile = profileOf(connection, person)
    const found = await accountFor(tenant, connection, person, profile)
    return typeof found === 'string'
      ? problemPage(tenant, place, found)
      : await signedIn(tenant, request, place, { ...found, profile, person })
  } catch (error) {
    return failed(tenant, place, error)
  }
}

async function accountFor(
  { signIn, accounts, ctx }: WebTenant,
  connection: Connection,
  person: UpstreamPerson,
  profile: UpstreamProfile,
): Promise<{ account: Account; isNew: boolean } | Problem> {
  const { upstreamIdentities, accounts: stored } = signIn.store
  const now = ctx.now()
  const known = await upstreamIdentities.find(connection.name, person.subject)
  if (known) {
    const account = await stored.bySubject(known.subject)
    if (!account || !isActive(account)) return 'closed'
    await upstreamIdentities.used(connection.name, person.subject, now)
    return { account, isNew: false }
  }
  if (profile.email !== undefined && (await stored.byLogin(foldLogin(profile.email)))) return 'taken'
  if (!maySignUp(connection, profile)) return 'stranger'
  const { asked, closedBy } = signUpAttributes(await signIn.store.attributes.list())
  if (closedBy.length > 0 || asked.some(({ required }) => required)) return 'incomplete'
  const sub = ctx.id()
  const claims = { ...checkedClaims(profile.claims), ...(profile.email === undefined ? {} : { email_verified: true }) }
  const input = { sub, username: sub, claims, ...(profile.email === undefined ? {} : { email: profile.email }) }
  const account = newAccount(accounts, input, { passwordHash: undefined, passwordIsTemporary: false })
  const identity = identityOf(connection, person, profile, sub, now)
  return (await upstreamIdentities.create(account, identity)) ? { account, isNew: true } : 'taken'
}

function maySignUp({ sign_in }: Connection, { email }: UpstreamProfile): boolean {
  if (sign_in.sign_up === 'open') return true
  return sign_in.sign_up === 'domains' && email !== undefined && sign_in.email_domains.includes(domainOf(email) ?? '')
}

/** A claim that an account cannot have is left out: it must not keep the person out. */
function checkedClaims(claims: UpstreamProfile['claims']): Record<string, unknown> {
  return Object.fromEntries(Object.entries(claims).filter(([name, value]) => claimsSchema.safeParse({ [name]: value }).success))
}

export function identityOf(
  { name: connection }: Connection,
  { subject: upstreamSubject, claims }: UpstreamPerson,
  { email }: UpstreamProfile,
  subject: string,
  now: number,
): UpstreamIdentity {
  const told = email ?? claims['preferred_username'] ?? claims['login'] ?? claims['name']
  const label = typeof told === 'string' ? cleanPart(told, 200) || undefined : undefined
  return { connection, upstreamSubject, subject, label, createdAt: now, lastUsedAt: now }
}

/** As after a password: a second factor of ours is asked for, unless the provider says that it has asked for one. */
async function signedIn(
  tenant: WebTenant,
  request: Request,
  { live, flowToken, connection }: Place,
  { account, isNew, profile, person }: { account: Account; isNew: boolean; profile: UpstreamProfile; person: UpstreamPerson },
): Promise<Reply> {
  const { ctx } = tenant
  const sessions = await ctx.people.sessions(request.browser.sessions, ctx.now(), request.address)
  const entry = { flowToken, flow: live.flow, client: live.client, request, sessions }
  const detail = { connection: connection.name }
  const upstream = { connection: connection.name, subject: person.subject, sid: sidOf(person) }
  const strong = { acr: 'aal2', amr: ['fed', 'mfa'], authTime: ctx.now(), upstream }
  const reply = profile.multiFactor
    ? await startBrowserSession(tenant, entry, account, strong, detail)
    : await completeSignIn(tenant, entry, account, { amr: ['fed'], upstream })
  if (!reply) return problemPage(tenant, { live, flowToken, connection }, 'closed')
  if (profile.multiFactor) await ctx.store.flows.answer(live.flow.id, 'sign-in')
  const created = isNew ? [ownEvent('user.sign-up', account, detail), ownEvent('user.connect', account, detail)] : []
  return { ...reply, auditEvents: [...created, ...(reply.auditEvents ?? [])] }
}

/** Its session there, by which it signs people out here. Back-Channel Logout §2.4 */
function sidOf({ claims: { sid } }: UpstreamPerson): string | undefined {
  return typeof sid === 'string' && sid.length <= 255 ? sid : undefined
}

function failed(tenant: WebTenant, place: Place, error: unknown): Promise<Reply> {
  if (!(error instanceof UpstreamError)) throw error
  tenant.vault.warn({ connection: place.connection.name, why: error.message }, 'a sign-in through a connection did not succeed')
  return problemPage(tenant, place, error.failure)
}

async function problemPage({ ctx }: WebTenant, { live, flowToken, connection }: Place, problem: Problem): Promise<Reply> {
  const page = await signInPage(ctx, { client: live.client, flowToken, loginHint: undefined, canChoose: false, problem: problems[problem] })
  const event = { act: 'user.sign-in', outcome: 'failure', detail: { connection: connection.name, problem } } as const
  const status = problem === 'unavailable' ? 503 : 403
  return { kind: 'page', ...page, status, auditEvents: [event], ...(status === 503 ? { headers: { 'retry-after': '5' } } : {}) }
}
