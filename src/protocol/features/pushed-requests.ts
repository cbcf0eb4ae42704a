/** Pushed authorization requests — RFC 9126. */
import { readRequest } from '../authorization-request.ts'
import { readRedirectUri, resolveRequest } from '../authorize.ts'
import { type Client, isVoid } from '../client.ts'
import { instanceOf, verifyClient, withoutClientAuthentication } from '../client-auth.ts'
import { refuse } from '../errors.ts'
import type { Ctx, Endpoint, Feature } from '../feature.ts'
import { countFlow } from '../flow.ts'
import { Params } from '../params.ts'
import type { ResolvedRequest } from '../resolved-request.ts'
import { proveSender } from '../token.ts'
import type { Binding } from '../types.ts'
import { refuseUsed } from '../use-up.ts'

const scheme = 'urn:ietf:params:oauth:request_uri:' // §2.2

/** Seconds: long enough for a redirect on a slow network. §4 */
const requestLifetime = 60

const endpoint: Endpoint = {
  path: '/par',
  advertisedAs: 'pushed_authorization_request_endpoint',
  methods: ['POST'],
  audience: 'program',
  cors: 'clients',
  clientAuth: 'any',
  async handle(ctx, request) {
    const { params } = request
    const { client, usesUp: proofs } = await verifyClient(ctx, request)
    const sender = await proveSender(ctx, request, client, false) // a proof is optional: dpop_jkt is the other way. RFC 9449 §10.1
    if (params.get('request_uri') !== undefined) refuse('invalid_request', 'a pushed request cannot itself contain a request_uri') // §2.1
    const pushed = withoutClientAuthentication(params)
    const resolved = await resolveRequest(ctx, { client, params: pushed, address: request.address })
    // Validated as it will be when it is used, so that the client learns of errors now. §2.1
    const stored = boundTo(resolved.params, sender.binding)
    await readRequest(ctx, client, readRedirectUri(client, stored), { params: stored, proven: { ...resolved.proven, pushed: '' } })
    if (JSON.stringify(stored.entries()).length > 16_384) refuse('invalid_request', 'the pushed request is longer than 16384 characters')
    if (client.token_endpoint_auth_method === 'none') await countFlow(ctx, request.address) // anyone can push as a public client
    const text = ctx.tokens.make('pr')
    const hash = ctx.tokens.hash('pr', text) as string
    const { signed, usesUp } = resolved.proven
    const expiresAt = ctx.now() + requestLifetime
    const instance = instanceOf(ctx, request, client)
    const pushedRequest = { hash, clientId: client.client_id, params: stored.entries(), signed, usesUp, instance, expiresAt }
    const uses = [...proofs, ...sender.usesUp]
    if (!(await ctx.store.pushedRequests.add(pushedRequest, uses))) await refuseUsed(ctx.store, uses)
    return {
      kind: 'json',
      status: 201,
      headers: { 'cache-control': 'no-store' },
      body: { request_uri: scheme + text, expires_in: requestLifetime },
    }
  },
}

/** A proven key binds the code as if dpop_jkt had named it. RFC 9449 §10.1 */
function boundTo(params: Params, binding: Binding | undefined): Params {
  const jkt = binding?.cnf['jkt']
  const named = params.get('dpop_jkt')
  if (jkt !== undefined && named !== undefined && named !== jkt) refuse('invalid_request', 'dpop_jkt is not the key of the DPoP proof')
  return params.with('dpop_jkt', jkt)
}

/** The request that was pushed under this address, by this client as it is registered now. Reading it does not use it up: the answer to it does. §4 */
async function pushedAs(ctx: Ctx, client: Client, requestUri: string): Promise<ResolvedRequest> {
  const hash = ctx.tokens.hash('pr', requestUri.slice(scheme.length))
  const found = hash === undefined ? undefined : await ctx.store.pushedRequests.find(hash, ctx.now())
  if (found?.clientId !== client.client_id || isVoid(client, found.expiresAt - requestLifetime))
    refuse('invalid_request_uri', 'request_uri is unknown, expired, used or of another client; go back to the application and start again')
  const { params, hash: pushed, signed, usesUp, instance } = found
  return { params: new Params(params), proven: { pushed, usesUp, instance, ...(signed ? { signed } : {}) } }
}

export function pushedRequests(): Feature {
  return {
    id: 'pushedRequests',
    spec: 'RFC 9126',
    requires: ['authorizationCode', 'token'],
    endpoints: [endpoint],
    serves: { pushed_requests: ['required'], require_pushed_authorization_requests: ['true'] },
    metadata: () => ({ require_pushed_authorization_requests: false }), // §5, §6: it is for each client

    async resolveRequest(ctx, { params, client }) {
      const requestUri = params.all('request_uri')[0]
      if (requestUri?.startsWith(scheme)) return pushedAs(ctx, client, params.need('request_uri')) // other parameters are ignored: RFC 9101 §6.3
      return undefined
    },
  }
}
