/** Device authorization grant — RFC 8628: a device without a browser shows a code, which a person types elsewhere. */
import { readPageRequest } from '../authorization-request.ts'
import { type Client, isVoid } from '../client.ts'
import { authenticateClient, checkInstance, instanceOf, withoutClientAuthentication } from '../client-auth.ts'
import { type ErrorCode, OAuthError, refuse, refuseAudited } from '../errors.ts'
import type { Ctx, Endpoint, Feature, GrantType, ResponseMode, ResponseType, TokenRequest } from '../feature.ts'
import { beginFlow, continueUrl, countFlow } from '../flow.ts'
import type { DeviceCode } from '../kept-requests.ts'
import { Params } from '../params.ts'
import type { PageReply, Request } from '../request-reply.ts'
import { endReused } from '../token-family.ts'
import type { Code } from '../types.ts'
import { allowedCode, denied, issuanceOf } from '../waiting-code.ts'

const grantName = 'urn:ietf:params:oauth:grant-type:device_code' // §3.4

/** Seconds: time to fetch a telephone and to sign in. §3.2 */
const deviceCodeLifetime = 600
/** Seconds between two questions of a device. §3.2 */
const pollInterval = 5

const deviceEndpoint: Endpoint = {
  path: '/device_authorization',
  advertisedAs: 'device_authorization_endpoint',
  methods: ['POST'],
  audience: 'program',
  cors: 'clients',
  clientAuth: 'any',
  async handle(ctx, request) {
    const client = await authenticateClient(ctx, request)
    const params = withoutClientAuthentication(request.params)
    await readPageRequest(ctx, client, params, { type: device, kept: '', state: '' }) // the client learns at once what is wrong
    if (JSON.stringify(params.entries()).length > 16_384) refuse('invalid_request', 'the request is longer than 16384 characters')
    await countFlow(ctx, request.address)
    const { userCode, deviceCode } = await begin(ctx, client.client_id, {
      params,
      address: request.address,
      instance: instanceOf(ctx, request, client),
    })
    const uri = `${ctx.issuer}/device`
    return {
      kind: 'json',
      status: 200,
      headers: { 'cache-control': 'no-store' },
      body: {
        device_code: deviceCode,
        user_code: userCode,
        verification_uri: uri,
        verification_uri_complete: `${uri}?user_code=${userCode}`,
        expires_in: deviceCodeLifetime,
        interval: pollInterval,
      },
    }
  },
}

/** Another user code in the rare case that one is taken. */
async function begin(
  ctx: Ctx,
  clientId: string,
  { params, address, instance }: { params: Params; address: string; instance: string | undefined },
): Promise<{ userCode: string; deviceCode: string }> {
  const [userCode, deviceCode] = [ctx.tokens.userCode(), ctx.tokens.make('dc')]
  const [request, hash] = [ctx.tokens.hashUserCode(userCode) as string, ctx.tokens.hash('dc', deviceCode) as string]
  const expiresAt = ctx.now() + deviceCodeLifetime
  const waiting = { hash, clientId, request, address, refused: false, interval: pollInterval, expiresAt }
  const kept = { hash: request, clientId, params: params.entries(), signed: undefined, usesUp: undefined, instance, expiresAt }
  const added = await ctx.store.deviceCodes.add(waiting, kept)
  return added ? { userCode, deviceCode } : begin(ctx, clientId, { params, address, instance })
}

const page = (userCode: string | undefined, problem?: string): PageReply => ({ kind: 'page', page: 'device', data: { userCode, problem } })

/** A code in the address is only filled in: the person must see it, and compare. §3.3.1, §5.4 */
const codeEndpoint: Endpoint = {
  path: '/device',
  methods: ['GET'],
  audience: 'person',
  async handle(ctx, { params }) {
    const typed = params.get('user_code')
    return page(typed !== undefined && ctx.tokens.hashUserCode(typed) ? typed : undefined)
  },
}

const confirmEndpoint: Endpoint = {
  path: '/device/confirm',
  methods: ['POST'],
  audience: 'person',
  ownForm: true,
  async handle(ctx, request) {
    const typed = request.params.get('user_code') ?? ''
    const now = ctx.now()
    const { wait, result } = await ctx.people.attemptUserCode(request.address, now, () => waitingFor(ctx, typed))
    if (wait !== undefined)
      return {
        ...page(undefined, 'There were too many wrong codes. Please wait some minutes and try again.'),
        status: 429,
        headers: { 'retry-after': String(wait) },
      }
    if (!result)
      return {
        ...page(typed.slice(0, 20), 'No device is waiting with this code. Please compare it with what the device shows.'),
        status: 400,
      }
    return start(ctx, request, result)
  },
}

interface Waiting {
  waiting: DeviceCode
  userCode: string
  params: Params
  instance: string | undefined
}

async function waitingFor(ctx: Ctx, typed: string): Promise<Waiting | undefined> {
  const request = ctx.tokens.hashUserCode(typed)
  const kept = request === undefined ? undefined : await ctx.store.pushedRequests.find(request, ctx.now())
  const waiting = kept && (await ctx.store.deviceCodes.ofRequest(kept.hash))
  return waiting && { waiting, userCode: shownAs(typed), params: new Params(kept.params), instance: kept.instance }
}

function shownAs(typed: string): string {
  const letters = typed.toUpperCase().replace(/[^A-Z]/g, '')
  return `${letters.slice(0, 4)}-${letters.slice(4)}`
}

const gone = 'the device no longer waits; start again on the device'

/** True for what a device asked before its client was registered anew or disabled. */
function isVoidFor(client: Client, { expiresAt }: DeviceCode): boolean {
  return isVoid(client, expiresAt - deviceCodeLifetime)
}

/** From here on it is a visit to the authorization endpoint like any other, which ends in a page. */
async function start(ctx: Ctx, request: Request, { waiting, userCode, params, instance }: Waiting) {
  const client = (await ctx.store.clients.find(waiting.clientId)) ?? refuse('invalid_request', 'client_id is not registered here')
  if (isVoidFor(client, waiting)) refuse('invalid_request', gone)
  const asked = await readPageRequest(ctx, client, params, { type: device, kept: waiting.request, state: waiting.hash })
  const extensions = { ...asked.extensions, user_code: userCode, device_address: waiting.address }
  const { flowToken, browser } = await beginFlow(ctx, { ...asked, extensions, instance }, request)
  return { kind: 'redirect', to: continueUrl(ctx, flowToken), remember: { id: browser } } as const
}

/** The device's code becomes one that can be redeemed, by which it asks already. */
const device: ResponseType = {
  name: 'device',
  grantTypes: [grantName],
  atPage: true,
  defaultMode: 'device',
  comparison: ({ extensions }) => ({ kind: 'code', code: extensions['user_code'] ?? '', address: extensions['device_address'] ?? '' }),
  async issue(ctx, approved) {
    const waiting = await ctx.store.deviceCodes.find(approved.asked.state as string)
    if (!waiting || waiting.expiresAt <= ctx.now()) refuse('invalid_request', gone)
    return (await ctx.store.codes.add(await allowedCode(ctx, approved, waiting), approved.flow)) ? {} : undefined
  },
}

const done: ResponseMode = {
  name: 'device',
  atPage: true,
  async reply(ctx, { state }, { error, error_description: description }) {
    if (error === undefined) return { kind: 'page', page: 'done', data: { what: 'device-allowed', flow: undefined } }
    if (error !== 'access_denied') throw new OAuthError(error as ErrorCode, description ?? '') // told by a page, as a refusal of our own
    await ctx.store.deviceCodes.refuse(state as string)
    return { kind: 'page', page: 'done', data: { what: 'device-refused', flow: undefined } }
  },
}

const grantType: GrantType = {
  name: grantName,
  needsPerson: true,
  async redeem(ctx, ask) {
    const { client } = ask
    const code = await answeredCode(ctx, ask)
    checkInstance(code.asked, ask.instance)
    const alreadySpent = async () =>
      refuseAudited(
        await endReused(ctx, client.client_id, code.family),
        'invalid_grant',
        'device_code was already used; the tokens it gave are revoked',
      )
    return code.usedAt === undefined ? issuanceOf(ctx, client, code, alreadySpent) : alreadySpent()
  },
}

/** The code that the person's answer has made of it; refuses as long as there is none. §3.5 */
async function answeredCode(ctx: Ctx, { params, client }: TokenRequest): Promise<Code> {
  const unknown = 'device_code is unknown or expired, or belongs to another client'
  const hash = ctx.tokens.hash('dc', params.need('device_code')) ?? refuse('invalid_grant', unknown)
  const waiting = await ctx.store.deviceCodes.find(hash)
  if (waiting?.clientId !== client.client_id) return refuse('invalid_grant', unknown)
  if (isVoidFor(client, waiting)) refuse('expired_token', expired)
  const pending = await ctx.store.pushedRequests.find(waiting.request, ctx.now()) // first: the person's answer ends it and adds the code
  const code = await ctx.store.codes.find(hash)
  if (code) return code.expiresAt > ctx.now() ? code : refuse('expired_token', expired)
  if (waiting.refused) throw denied()
  if (waiting.expiresAt <= ctx.now()) refuse('expired_token', expired)
  if (!pending) refuse('invalid_grant', 'device_code was already used, or the sign-in that allowed it has ended')
  if (await ctx.store.deviceCodes.poll(hash, ctx.now()))
    refuse('slow_down', 'the device asks too often; wait 5 seconds longer between two requests')
  return refuse('authorization_pending', 'the person has not answered yet; ask again')
}

const expired = 'the device code has expired; start again'

export function deviceAuthorization(): Feature {
  return {
    id: 'deviceAuthorization',
    spec: 'RFC 8628',
    requires: ['authorizationCode', 'token'],
    endpoints: [deviceEndpoint, codeEndpoint, confirmEndpoint],
    grantTypes: [grantType],
    responseTypes: [device],
    responseModes: [done],
  }
}
