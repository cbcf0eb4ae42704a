/** The authorization endpoint — RFC 6749 §4.1.1, OpenID Connect Core §3.1.2. */
import { readRequest, requestedMode } from './authorization-request.ts'
import { allowsRedirectUri, type Client } from './client.ts'
import { consentPage } from './consent.ts'
import { asOAuthError, type ErrorCode, refuse } from './errors.ts'
import type { Address, Ctx, Endpoint } from './feature.ts'
import { begin, findFlow, hubUrl } from './flow.ts'
import type { Params } from './params.ts'
import { progress, type Standing } from './progress.ts'
import type { Browser, Page, Reply } from './request-reply.ts'
import { addressOf, applicationOf, leave, respond } from './respond.ts'
import { enrolmentPage, secondFactorPage } from './second-factor.ts'
import { signInPage } from './sign-in-page.ts'
import type { Grant, Session, Step } from './types.ts'

export const authorizationEndpoint: Endpoint = {
  path: '/authorize',
  advertisedAs: 'authorization_endpoint',
  methods: ['GET', 'POST'],
  audience: 'person',
  async handle(ctx, request) {
    // Until we know where the client listens, a refusal is shown to the user. RFC 6749 §4.1.2.1.
    const { params, method, browser, address: from } = request
    const client = (await ctx.store.clients.find(params.need('client_id'))) ?? refuse('invalid_request', 'client_id is not registered here')
    const redirectUri = readRedirectUri(client, params)
    const address = { client, redirectUri, state: params.all('state')[0] }

    // From here on, every refusal travels to the client.
    return orTellClient(ctx, address, requestedMode(ctx, params), async () => {
      const asked = await readRequest(ctx, client, redirectUri, params)
      // A post from another site comes without cookies; the hub is reached by a GET, which has them.
      if (method === 'POST') return toHub(ctx, await begin(ctx, asked, browser))
      return proceed(ctx, { client, asked, answered: [], half: undefined, browser, address: from })
    })
  },
}

/** The hub to which every step of the interaction returns. Steps never send the user to one another. */
export const continueEndpoint: Endpoint = {
  path: '/authorize/continue',
  methods: ['GET'],
  audience: 'person',
  async handle(ctx, { params, browser, address }) {
    const ticket = params.need('flow')
    const { flow, client } = await findFlow(ctx, ticket, browser)
    const { asked } = flow
    const shown = shownOf(ctx, params)
    return orTellClient(ctx, addressOf(asked, client), asked.responseMode, () =>
      proceed(ctx, { ...flow, client, browser, address, ticket, shown }),
    )
  },
}

/** Exactly a registered one; it may be left out of a plain OAuth request when there is only one. RFC 6749 §3.1.2.3, OpenID Connect Core §3.1.2.1. */
function readRedirectUri(client: Client, params: Params): string {
  const named = params.get('redirect_uri')
  if (named !== undefined)
    return allowsRedirectUri(client, named) ? named : refuse('invalid_request', 'redirect_uri is not registered for this client')
  const [only, another] = client.redirect_uris
  if (only === undefined || another !== undefined || params.words('scope').includes('openid'))
    refuse('invalid_request', 'redirect_uri is missing')
  return only
}

interface Visitor extends Standing {
  client: Client
  browser: Browser
  /** IP address. */
  address: string
  /** What our pages carry; absent while nothing needed to be remembered. */
  ticket?: string
  /** The page the person asked to see instead of the one that is owed. */
  shown?: Shown | undefined
}

type Shown = 'choose-account' | 'sign-in' | 'sign-up'

function shownOf({ tenant }: Ctx, params: Params): Shown | undefined {
  if (params.get('choose')) return 'choose-account'
  if (params.get('another')) return 'sign-in'
  return params.get('create') && tenant.signUp ? 'sign-up' : undefined
}

async function proceed(ctx: Ctx, visitor: Visitor): Promise<Reply> {
  const { client, asked, answered, half } = visitor
  const { sessions, session, grant, step: owed } = await progress(ctx, client, visitor, visitor)
  const step = visitor.shown ?? owed

  if (step !== 'done') {
    if (asked.prompt.includes('none')) refuse(silently[step], 'the user must act, but prompt=none forbids asking') // Core §3.1.2.6
    if (visitor.ticket === undefined) return toHub(ctx, await begin(ctx, asked, visitor.browser))
    return { kind: 'page', ...(await page(step, { ctx, client, asked, answered, half, sessions, session, grant, ticket: visitor.ticket })) }
  }
  const done = await finish(ctx, visitor, session as Session, grant)
  // A browser may follow no redirect from a form of ours to another site (form-action): there a page leads on.
  return answered.length > 0 ? leave(ctx, client, done) : done
}

const silently: Record<Exclude<Step, 'done'>, ErrorCode> = {
  'sign-in': 'login_required',
  'sign-up': 'login_required',
  'choose-account': 'account_selection_required',
  'new-password': 'interaction_required',
  'second-factor': 'login_required',
  enrolment: 'interaction_required',
  consent: 'consent_required',
}

async function finish(ctx: Ctx, { client, asked, ticket }: Visitor, session: Session, grant: Grant | undefined): Promise<Reply> {
  const type = ctx.server.responseTypes.get(asked.responseType) ?? refuse('unsupported_response_type', 'response_type is not offered here')
  const flow = ticket === undefined ? undefined : ctx.tokens.hash('fl', ticket)
  const issued = await type.issue(ctx, { client, asked, session, grant, flow })
  if (!issued) refuse('invalid_request', 'this sign-in was already finished')
  return respond(ctx, addressOf(asked, client), asked.responseMode, issued)
}

interface Scene extends Standing {
  ctx: Ctx
  client: Client
  sessions: readonly Session[]
  session: Session | undefined
  grant: Grant | undefined
  ticket: string
}

async function page(step: Exclude<Step, 'done'>, scene: Scene): Promise<Page> {
  const { ctx, client, asked, sessions, session, ticket, answered, half } = scene
  const application = applicationOf(client)
  if (step === 'consent' && session) return consentPage(ctx, { client, asked, session, grant: scene.grant, ticket })
  if (step === 'new-password' && session) {
    const { sid, name, detail } = session
    return { page: step, data: { flow: ticket, application, person: { sid, name, detail }, problem: undefined } }
  }
  const subject = half?.subject ?? session?.subject
  if (step === 'second-factor' && subject) return secondFactorPage(ctx, { client, subject, ticket, problem: undefined })
  if (step === 'enrolment' && subject) return enrolmentPage(ctx, { client, subject, ticket })
  if (step === 'choose-account' && sessions.length > 0) {
    return {
      page: 'choose-account',
      data: { flow: ticket, application, accounts: sessions.map(({ sid, name, detail }) => ({ sid, name, detail })) },
    }
  }
  if (step === 'sign-up') {
    const email = asked.loginHint?.includes('@') ? asked.loginHint : undefined
    const empty = { email, name: undefined, asked: await ctx.people.askedAtSignUp(), typed: {}, problem: undefined, faults: {} }
    return { page: step, data: { flow: ticket, application, ...empty, canChoose: sessions.length > 0 } }
  }
  // Signed in as somebody else than the client needs: signing in again has not helped. Core §3.1.2.1 (id_token_hint).
  const hinted = asked.hintedSubject
  if (hinted !== undefined && session && session.subject !== hinted && answered.includes('sign-in')) {
    refuse('login_required', 'another user than the one of id_token_hint signed in')
  }
  return signInPage(ctx, { client, ticket, loginHint: asked.loginHint, canChoose: sessions.length > 0 })
}

function toHub(ctx: Ctx, { ticket, browser }: { ticket: string; browser: string }): Reply {
  return { kind: 'redirect', to: hubUrl(ctx, ticket), remember: { id: browser } }
}

async function orTellClient(ctx: Ctx, address: Address, mode: string, work: () => Promise<Reply>): Promise<Reply> {
  try {
    return await work()
  } catch (cause) {
    const error = asOAuthError(cause)
    if (error.code === 'server_error' || error.code === 'temporarily_unavailable') throw cause // A page with its status tells operators more.
    return respond(ctx, address, mode, { error: error.code, error_description: error.description })
  }
}
