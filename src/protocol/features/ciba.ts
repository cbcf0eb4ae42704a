/** A client asks, and a person answers at a device of their own — OpenID Connect Client-Initiated Backchannel Authentication (CIBA Core) 1.0. */
import { readPageRequest } from '../authorization-request.ts'
import { answerOf, backchannelGrant, unansweredRequest } from '../backchannel-answer.ts'
import { hintedSubject } from '../backchannel-hint.ts'
import { backchannelParams, bindingMessage, notificationToken, requestedExpiry } from '../backchannel-request.ts'
import type { Client } from '../client.ts'
import { authenticateConfidentialClient, checkInstance, instanceOf, withoutClientAuthentication } from '../client-auth.ts'
import { clientSigningAlgs } from '../codec/public-key.ts'
import { type ErrorCode, OAuthError, refuse, refuseAudited, TooMany } from '../errors.ts'
import type { Ctx, Endpoint, Feature, GrantType, ResponseMode, ResponseType, TokenRequest } from '../feature.ts'
import { beginFlow, continueUrl, countFlow } from '../flow.ts'
import type { BackchannelRequest } from '../kept-requests.ts'
import { Params } from '../params.ts'
import { endReused } from '../token-family.ts'
import type { Code } from '../types.ts'
import { allowedCode, issuanceOf } from '../waiting-code.ts'

/** The longest time for which a request waits, in seconds. §7.3 */
const longestRequest = 600
/** Seconds between two questions of a client. §7.3 */
const askInterval = 5
/** Who waits for longer than that for a person to answer others, in seconds. */
const waitForOthers = 60

/** What is used at once, or is a secret of the client, is not kept. */
const notKept = ['login_hint', 'login_hint_token', 'id_token_hint', 'client_notification_token', 'requested_expiry', 'user_code']

const endpoint: Endpoint = {
  path: '/backchannel_authentication',
  advertisedAs: 'backchannel_authentication_endpoint',
  methods: ['POST'],
  audience: 'program',
  clientAuth: 'confidential',
  async handle(ctx, request) {
    const client = await authenticateConfidentialClient(ctx, request)
    const params = await backchannelParams(ctx, client, request.params)
    if (!params.words('scope').includes('openid')) refuse('invalid_scope', 'scope must contain openid') // §7.1
    const token = notificationToken(client, params)
    bindingMessage(params)
    const wait = requestedExpiry(params, longestRequest)
    const { backchannel_token_delivery_mode: delivery } = client
    const kept = withoutClientAuthentication(params).without(notKept)
    if (JSON.stringify(kept.entries()).length > 16_384) refuse('invalid_request', 'the request is longer than 16384 characters')
    await readPageRequest(ctx, client, kept, { type: ciba, kept: '', state: '' }) // the client learns at once what is wrong
    await countFlow(ctx, request.address) // first: the answer to a hint tells whether somebody has an account
    const subject = await hintedSubject(ctx, client, params)
    const expiresAt = ctx.now() + wait
    const authReqId = await begin(ctx, client, {
      subject,
      token,
      params: kept,
      address: request.address,
      instance: instanceOf(ctx, request, client),
      expiresAt,
    })
    return {
      kind: 'json',
      status: 200,
      headers: { 'cache-control': 'no-store' },
      body: { auth_req_id: authReqId, expires_in: wait, interval: delivery === 'push' ? undefined : askInterval }, // §7.3
    }
  },
}

interface Begun {
  subject: string
  token: string | undefined
  params: Params
  address: string
  instance: string | undefined
  expiresAt: number
}

async function begin(ctx: Ctx, client: Client, { subject, token, params, address, instance, expiresAt }: Begun): Promise<string> {
  const [authReqId, link] = [ctx.tokens.make('aq'), ctx.tokens.make('ba')]
  const [hash, request] = [ctx.tokens.hash('aq', authReqId) as string, ctx.tokens.hash('ba', link) as string]
  const { client_id: clientId, client_name: application = clientId } = client
  const now = ctx.now()
  const push = client.backchannel_token_delivery_mode === 'push' && { push: true as const }
  const ping = token === undefined ? undefined : ctx.pings.seal({ clientId, token, authReqId, ...push }, expiresAt + longestRequest)
  const waiting = { hash, clientId, request, subject, address, refused: false, interval: askInterval, createdAt: now, expiresAt }
  const kept = { hash: request, clientId, params: params.entries(), signed: undefined, usesUp: undefined, instance, expiresAt }
  const most = ctx.tenant.unansweredRequests
  if (!(await ctx.store.backchannelRequests.add(waiting, kept, { ping, most, since: now - longestRequest })))
    throw new TooMany('too many requests wait for one person', waitForOthers)
  const url = `${ctx.issuer}/backchannel_authentication/approve?request=${link}`
  const about = { clientId, application, message: bindingMessage(params), url, request, lifetime: expiresAt - now }
  if (!(await ctx.people.tellOfRequest(subject, about))) {
    await ctx.store.backchannelRequests.refuse(hash, now)
    refuse('unknown_user_id', 'this person cannot be reached: their account has no address, or this server sends no mail')
  }
  return authReqId
}

const gone = 'this request no longer waits: it was answered, or its time is over'

/** The page that the person is sent to. From here on it is a visit to the authorization endpoint like any other, by this person alone. */
const approveEndpoint: Endpoint = {
  path: '/backchannel_authentication/approve',
  methods: ['GET'],
  audience: 'person',
  async handle(ctx, request) {
    const hash = ctx.tokens.hash('ba', request.params.need('request'))
    const unanswered = hash === undefined ? undefined : await unansweredRequest(ctx, hash)
    const { kept, waiting, client } = unanswered ?? refuse('invalid_request', gone)
    const params = new Params(kept.params)
    const asked = await readPageRequest(ctx, client, params, { type: ciba, kept: waiting.request, state: waiting.hash })
    const message = bindingMessage(params)
    const extensions = {
      ...asked.extensions,
      backchannel_address: waiting.address,
      ...(message === undefined ? {} : { binding_message: message }),
    }
    const forPerson = { ...asked, extensions, hintedSubject: waiting.subject, hintedSector: undefined, instance: kept.instance }
    const { flowToken, browser } = await beginFlow(ctx, forPerson, request)
    return { kind: 'redirect', to: continueUrl(ctx, flowToken), remember: { id: browser } }
  },
}

const ciba: ResponseType = {
  name: 'ciba',
  grantTypes: [backchannelGrant],
  atPage: true,
  defaultMode: 'ciba',
  comparison: ({ extensions }) => ({
    kind: 'message',
    message: extensions['binding_message'],
    address: extensions['backchannel_address'] ?? '',
  }),
  async issue(ctx, approved) {
    const { asked, session, flow } = approved
    const waiting = await ctx.store.backchannelRequests.find(asked.state as string)
    if (!waiting || waiting.expiresAt <= ctx.now()) refuse('invalid_request', gone)
    if (session.subject !== waiting.subject) refuse('access_denied', 'this request is for somebody else')
    const code = await allowedCode(ctx, approved, waiting)
    if (!(await ctx.store.backchannelRequests.allow(code, flow, ctx.now()))) return undefined
    ctx.pings.send()
    return {}
  },
}

const done: ResponseMode = {
  name: 'ciba',
  atPage: true,
  async reply(ctx, { state }, { error, error_description: description }) {
    if (error === undefined) return { kind: 'page', page: 'done', data: { what: 'request-allowed', flow: undefined } }
    if (error !== 'access_denied') throw new OAuthError(error as ErrorCode, description ?? '') // told by a page, as a refusal of our own
    await ctx.store.backchannelRequests.refuse(state as string, ctx.now())
    ctx.pings.send()
    return { kind: 'page', page: 'done', data: { what: 'request-refused', flow: undefined } }
  },
}

const grantType: GrantType = {
  name: backchannelGrant,
  async redeem(ctx, ask) {
    const { client } = ask
    const code = await answeredCode(ctx, ask)
    checkInstance(code.asked, ask.instance)
    const alreadySpent = async () =>
      refuseAudited(
        await endReused(ctx, client.client_id, code.family),
        'invalid_grant',
        'auth_req_id was already used; the tokens it gave are revoked',
      )
    return code.usedAt === undefined ? issuanceOf(ctx, client, code, alreadySpent) : alreadySpent()
  },
}

/** The request of this client that it asks about. §11 */
async function waitingFor(ctx: Ctx, { params, client }: TokenRequest): Promise<BackchannelRequest> {
  const unknown = 'auth_req_id is unknown, or belongs to another client'
  if (client.backchannel_token_delivery_mode === 'push')
    refuse('unauthorized_client', 'this client is sent its tokens, and cannot ask for them: its delivery mode is push')
  const hash = ctx.tokens.hash('aq', params.need('auth_req_id')) ?? refuse('invalid_grant', unknown)
  const waiting = await ctx.store.backchannelRequests.find(hash)
  return waiting?.clientId === client.client_id ? waiting : refuse('invalid_grant', unknown)
}

async function answeredCode(ctx: Ctx, ask: TokenRequest): Promise<Code> {
  const waiting = await waitingFor(ctx, ask)
  const code = await answerOf(ctx, ask.client, waiting)
  if (code) return code
  if (await ctx.store.backchannelRequests.poll(waiting.hash, ctx.now()))
    refuse('slow_down', 'the client asks too often; wait 5 seconds longer between two requests')
  return refuse('authorization_pending', 'the person has not answered yet; ask again')
}

export function backchannelAuthentication(): Feature {
  return {
    id: 'backchannelAuthentication',
    spec: 'OpenID Connect CIBA Core 1.0',
    requires: ['authorizationCode', 'token', 'openid'],
    endpoints: [endpoint, approveEndpoint],
    grantTypes: [grantType],
    responseTypes: [ciba],
    responseModes: [done],
    metadata: () => ({
      backchannel_token_delivery_modes_supported: ['poll', 'ping', 'push'],
      backchannel_authentication_request_signing_alg_values_supported: clientSigningAlgs,
      backchannel_user_code_parameter_supported: false,
    }), // §4
  }
}
