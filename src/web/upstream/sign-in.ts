/** Signing in through another provider, within a flow of ours — OpenID Connect Core §3.1.2.3; linking by proof, never by an equal address. */
import { redeem, type UpstreamPerson } from '../../connections/authorization.ts'
import { type Connection, settingsOf } from '../../connections/connection.ts'
import { redirectUriOf } from '../../connections/deps.ts'
import { beginRequest } from '../../connections/pending.ts'
import { profileOf, type UpstreamProfile } from '../../connections/profile.ts'
import { UpstreamError } from '../../connections/upstream-error.ts'
import { refuse } from '../../protocol/errors.ts'
import { findFlow, type LiveFlow } from '../../protocol/flow.ts'
import type { Reply, Request } from '../../protocol/request-reply.ts'
import { signInPage } from '../../protocol/sign-in-page.ts'
import { ownEvent } from '../http/own-event.ts'
import type { Route, WebTenant } from '../http/route.ts'
import { completeSignIn, startBrowserSession } from '../sign-in/complete.ts'
import { accountFor, type FoundAccount } from './account.ts'
import type { UpstreamAnswer } from './answer.ts'

const untrusted = 'The answer of that provider could not be trusted, so nothing was done. Please try again, or sign in another way.'

/** What the person reads on the sign-in page when it did not work. */
const problems = {
  unavailable: 'That provider does not answer just now. Please try again in a moment, or sign in another way.',
  consent: 'That sign-in was not completed. Please try again.',
  denied: 'That sign-in was not completed. Please try again.',
  configuration: 'That provider is not set up right. Please tell an administrator, or sign in another way.',
  response: untrusted,
  answer: untrusted,
  stranger: 'No account here is connected with that one. Sign in another way; then you can connect it on your account page.',
  taken: 'There is an account with this address here already. Sign in to it; then you can connect the other one on your account page.',
  mailed:
    'There is an account with this address here already. If it is yours, open the link that we have just sent there, in this browser: it connects the two. Or sign in to it here.',
  stale:
    'This application asks you to sign in anew, but that provider only told that you had signed in before. Please try again, or sign in another way.',
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
    const again = prompt.includes('login') || maxAge !== undefined // see `isTooOld`, too
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
    if (isTooOld(live, person, tenant.ctx.now())) return problemPage(tenant, place, 'stale')
    const profile = profileOf(connection, person)
    const found = await accountFor(tenant, { connection, person, profile, live, flowToken: carried, address: request.address })
    return typeof found === 'string'
      ? problemPage(tenant, place, found)
      : await signedIn(tenant, request, place, { ...found, profile, person })
  } catch (error) {
    return failed(tenant, place, error)
  }
}

/** In seconds, by which the clock of the provider may differ. */
const tolerance = 60

/** `prompt` went through the browser, where it can be taken out: what counts is when the provider says that the person signed in. Core §3.1.2.1 */
function isTooOld({ flow }: LiveFlow, { claims: { auth_time: at } }: UpstreamPerson, now: number): boolean {
  const { prompt, maxAge, askedAt } = flow.asked
  if (typeof at !== 'number') return false // nothing is known
  return (prompt.includes('login') && at < askedAt - tolerance) || (maxAge !== undefined && at < now - maxAge - tolerance)
}

/** As after a password: a second factor of ours is asked for, unless the provider says that it has asked for one. */
async function signedIn(
  tenant: WebTenant,
  request: Request,
  { live, flowToken, connection }: Place,
  { account, is, profile, person }: FoundAccount & { profile: UpstreamProfile; person: UpstreamPerson },
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
  const created = is === 'new' ? [ownEvent('user.sign-up', account, detail)] : []
  const connected = is === 'known' ? [] : [ownEvent('user.connect', account, detail)]
  return { ...reply, auditEvents: [...created, ...connected, ...(reply.auditEvents ?? [])] }
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
