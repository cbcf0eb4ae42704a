/** The authorization endpoint — RFC 6749 §4.1.1, OpenID Connect Core §3.1.2. */
import { leadingBack } from './application-home.ts'
import { readRequest, refuseUnregistered, requestedMode } from './authorization-request.ts'
import { allowsRedirectUri, type Client } from './client.ts'
import { consentPage } from './consent.ts'
import { registerUri } from './cure.ts'
import { asOAuthError, type ErrorCode, refuse, refuseWithCure } from './errors.ts'
import type { Ctx, Endpoint, ResponseDestination } from './feature.ts'
import { findClient } from './find-client.ts'
import { beginFlow, continueUrl, findFlow } from './flow.ts'
import { inLanguages } from './languages.ts'
import type { Params } from './params.ts'
import { type FlowState, isHinted, progress, toldAcr } from './progress.ts'
import type { Browser, Page, Reply, Request } from './request-reply.ts'
import type { ResolvedRequest } from './resolved-request.ts'
import { applicationOf, destinationOf, leave, respond } from './respond.ts'
import { enrolmentPage, secondFactorPage } from './second-factor.ts'
import { noteUse } from './self-registered.ts'
import { signInPage } from './sign-in-page.ts'
import type { AuthorizationRequest, Grant, Session, Step } from './types.ts'

export const authorizationEndpoint: Endpoint = {
  path: '/authorize',
  advertisedAs: 'authorization_endpoint',
  methods: ['GET', 'POST'],
  audience: 'person',
  async handle(ctx, request) {
    // Until the redirect URI is known to be valid, a refusal is shown to the user. RFC 6749 §4.1.2.1.
    const { params } = request
    const named = {
      clientId: params.need('client_id'),
      address: request.address,
      refusal: 'invalid_request',
      requestObject: params.all('request')[0],
    } as const
    const client = (await findClient(ctx, named)) ?? refuse('invalid_request', 'client_id is not registered here')
    const answer = async () => answerRequest(ctx, client, await resolveRequest(ctx, { client, params, address: request.address }), request)
    // What is wrong with a request object is told where the parameters beside it say, if that is registered. RFC 9101 §7
    const uris = params.all('redirect_uri')
    const [redirectUri = ''] = uris
    if (uris.length !== 1 || !allowsRedirectUri(client, redirectUri)) return leadingBack(ctx, client, answer)
    return redirectingErrors(ctx, { client, redirectUri, state: stateOf(params) }, requestedMode(ctx, params), answer)
  },
}

async function answerRequest(ctx: Ctx, client: Client, resolved: ResolvedRequest, request: Request): Promise<Reply> {
  const { method, browser, address: from } = request
  const { params } = resolved
  const redirectUri = readRedirectUri(client, params)
  // From here on, every refusal is sent to the client.
  return redirectingErrors(ctx, { client, redirectUri, state: stateOf(params) }, requestedMode(ctx, params), async () => {
    const asked = await readRequest(ctx, client, redirectUri, resolved)
    // A POST from another site has no cookies; the redirect makes it a GET, which has them.
    if (method === 'POST') return toContinue(ctx, await beginFlow(ctx, asked, request))
    const shown = inLanguages(client, asked.uiLocales)
    return proceed(ctx, { client: shown, asked, answered: [], pending: undefined, browser, address: from })
  })
}

function stateOf(params: Params): string | undefined {
  return params.all('state').find((state) => state.length <= 2048)
}

/** The endpoint to which every step of the interaction returns. Steps never redirect to one another. */
export const continueEndpoint: Endpoint = {
  path: '/authorize/continue',
  methods: ['GET'],
  audience: 'person',
  async handle(ctx, { params, browser, address }) {
    const flowToken = params.need('flow')
    const { flow, client } = await findFlow(ctx, flowToken, browser)
    const { asked } = flow
    const shown = shownOf(ctx, params)
    // The registration may have changed since the request; the current one applies.
    const { atPage } = ctx.server.responseTypes.get(asked.responseType) ?? {}
    if (!atPage && !allowsRedirectUri(client, asked.redirectUri))
      refuse('invalid_request', 'redirect_uri is no longer registered for this client')
    return redirectingErrors(ctx, destinationOf(asked, client), asked.responseMode, async () => {
      refuseUnregistered(ctx, client, asked)
      return proceed(ctx, { ...flow, client, browser, address, flowToken, shown })
    })
  },
}

/** The parameters of the request: the pushed or signed ones where there are any. `address`: the IP address that asks. */
export async function resolveRequest(ctx: Ctx, ask: { client: Client; params: Params; address: string }): Promise<ResolvedRequest> {
  const { params } = ask
  if (params.all('request').length > 0 && params.all('request_uri').length > 0)
    refuse('invalid_request', 'request and request_uri must not be sent together') // RFC 9101 §5
  for (const feature of ctx.server.having('resolveRequest')) {
    const resolved = await feature.resolveRequest(ctx, ask)
    if (resolved) return resolved
  }
  return { params, proven: {} }
}

/** Must equal a registered one. A plain OAuth request may omit it when only one is registered. RFC 6749 §3.1.2.3, OpenID Connect Core §3.1.2.1. */
export function readRedirectUri(client: Client, params: Params): string {
  const named = params.get('redirect_uri')
  if (named !== undefined)
    return allowsRedirectUri(client, named)
      ? named
      : refuseWithCure('invalid_request', 'redirect_uri is not registered for this client', registerUri(client, 'redirect_uris', named))
  const [only, another] = client.redirect_uris
  if (only === undefined || another !== undefined || params.words('scope').includes('openid'))
    refuse('invalid_request', 'redirect_uri is missing')
  return only
}

interface Interaction extends FlowState {
  client: Client
  browser: Browser
  /** IP address. */
  address: string
  /** The flow token in our pages; absent until a page is needed. */
  flowToken?: string
  /** The page the person asked for instead of the next required step. */
  shown?: Shown | undefined
}

type Shown = 'choose-account' | 'sign-in' | 'sign-up'

function shownOf({ tenant }: Ctx, params: Params): Shown | undefined {
  if (params.get('choose')) return 'choose-account'
  if (params.get('another')) return 'sign-in'
  return params.get('create') && tenant.signUp ? 'sign-up' : undefined
}

async function proceed(ctx: Ctx, interaction: Interaction): Promise<Reply> {
  const { client, asked, answered, pending } = interaction
  const { sessions, session, grant, step: required } = await progress(ctx, client, interaction, interaction)
  const step = interaction.shown ?? required

  if (step !== 'done') {
    if (asked.prompt.includes('none')) refuse(promptNoneErrors[step], 'the user must act, but prompt=none forbids asking') // Core §3.1.2.6
    if (interaction.flowToken === undefined) return toContinue(ctx, await beginFlow(ctx, asked, interaction))
    const connection = step === 'sign-in' && untouched(interaction) ? await ledTo(ctx, asked) : undefined
    if (connection !== undefined)
      return {
        kind: 'redirect',
        to: `${ctx.issuer}/authorize/upstream?${new URLSearchParams({ flow: interaction.flowToken, connection })}`,
      }
    return {
      kind: 'page',
      ...(await page(step, { ctx, client, asked, answered, pending, sessions, session, grant, flowToken: interaction.flowToken })),
    }
  }
  const done = await finish(ctx, interaction, session as Session, grant)
  // Browsers may refuse to follow a redirect from a form to another site (form-action), so a page continues.
  return answered.length > 0 ? leave(ctx, client, done) : done
}

const promptNoneErrors: Record<Exclude<Step, 'done'>, ErrorCode> = {
  'sign-in': 'login_required',
  'sign-up': 'login_required',
  'choose-account': 'account_selection_required',
  'new-password': 'interaction_required',
  'second-factor': 'login_required',
  enrolment: 'interaction_required',
  'not-assigned': 'access_denied',
  consent: 'consent_required',
}

async function finish(
  ctx: Ctx,
  { client, asked, flowToken, browser }: Interaction,
  session: Session,
  grant: Grant | undefined,
): Promise<Reply> {
  const type = ctx.server.responseTypes.get(asked.responseType) ?? refuse('unsupported_response_type', 'response_type is not offered here')
  const flow = flowToken === undefined ? undefined : ctx.tokens.hash('fl', flowToken)
  const issued = await type.issue(ctx, { client, asked, session: { ...session, acr: toldAcr(ctx, asked, session.acr) }, grant, flow })
  if (!issued) refuse('invalid_request', 'this sign-in was already finished')
  await noteUse(ctx, client)
  const address = destinationOf(asked, client)
  const signedIn = asked.scope.includes('openid') ? { sessions: browser.sessions } : {}
  return respond(ctx, { ...address, ...signedIn }, asked.responseMode, issued)
}

interface PageState extends FlowState {
  ctx: Ctx
  client: Client
  sessions: readonly Session[]
  session: Session | undefined
  grant: Grant | undefined
  flowToken: string
}

async function page(step: Exclude<Step, 'done'>, state: PageState): Promise<Page> {
  const { ctx, client, asked, sessions, session, flowToken, answered, pending } = state
  const application = applicationOf(client)
  if (step === 'consent' && session) return consentPage(ctx, { client, asked, session, grant: state.grant, flowToken })
  if (session && (step === 'new-password' || step === 'not-assigned')) {
    const { sid, name, detail } = session
    const data = { flow: flowToken, application, person: { sid, name, detail } }
    return step === 'not-assigned' ? { page: step, data } : { page: step, data: { ...data, problem: undefined } }
  }
  const subject = pending?.subject ?? session?.subject
  if (step === 'second-factor' && subject) return secondFactorPage(ctx, { client, subject, flowToken, problem: undefined })
  if (step === 'enrolment' && subject) return enrolmentPage(ctx, { client, subject, flowToken })
  if (step === 'choose-account' && sessions.length > 0) {
    return {
      page: 'choose-account',
      data: { flow: flowToken, application, accounts: sessions.map(({ sid, name, detail }) => ({ sid, name, detail })) },
    }
  }
  if (step === 'sign-up') {
    const email = asked.loginHint?.includes('@') ? asked.loginHint : undefined
    const empty = { email, name: undefined, asked: await ctx.people.askedAtSignUp(), typed: {}, problem: undefined, faults: {} }
    return { page: step, data: { flow: flowToken, application, ...empty, canChoose: sessions.length > 0 } }
  }
  // Signed in as somebody other than the client asked for, even after a new sign-in. Core §3.1.2.1 (id_token_hint).
  if (asked.hintedSubject !== undefined && session && !isHinted(ctx, asked, session) && answered.includes('sign-in')) {
    refuse('login_required', 'another user than the one of id_token_hint signed in')
  }
  return signInPage(ctx, { client, flowToken, loginHint: asked.loginHint, canChoose: sessions.length > 0 })
}

/** Nothing was answered yet, and no page was asked for. */
function untouched({ answered, pending, shown }: Interaction): boolean {
  return answered.length === 0 && pending === undefined && shown === undefined
}

async function ledTo(ctx: Ctx, asked: AuthorizationRequest): Promise<string | undefined> {
  for (const feature of ctx.server.having('ledTo')) {
    const connection = await feature.ledTo(ctx, asked)
    if (connection !== undefined) return connection
  }
  return undefined
}

function toContinue(ctx: Ctx, { flowToken, browser }: { flowToken: string; browser: string }): Reply {
  return { kind: 'redirect', to: continueUrl(ctx, flowToken), remember: { id: browser } }
}

/** These are shown on a page with their status, which says more to people and operators. */
const shownHere: ReadonlySet<ErrorCode> = new Set(['server_error', 'temporarily_unavailable', 'too_many_requests'])

async function redirectingErrors(ctx: Ctx, address: ResponseDestination, mode: string, work: () => Promise<Reply>): Promise<Reply> {
  try {
    return await work()
  } catch (cause) {
    const error = asOAuthError(cause)
    if (shownHere.has(error.code)) throw cause
    const reply = await respond(ctx, address, mode, { error: error.code, error_description: error.description })
    return { ...reply, refusal: { error, clientId: address.client.client_id } }
  }
}
