/** Client authentication — RFC 6749 §2.3: exactly one method, and the one the client registered, or another way to send its secret. */
import type { Client } from './client.ts'
import { refuse } from './errors.ts'
import type { ClientAuth, Ctx } from './feature.ts'
import { findClient } from './find-client.ts'
import type { Params } from './params.ts'
import type { Request } from './request-reply.ts'
import { useUp } from './use-up.ts'
import type { SingleUse } from './used-once.ts'

/**
 * The client that sent this request. First the client that the request claims to be, and the method; then the method that this client registered
 * verifies the claim. Refuses with `invalid_client`, with the same description and after the same work whatever was wrong.
 */
export async function authenticateClient(ctx: Ctx, request: Request): Promise<Client> {
  const { client, usesUp } = await verifyClient(ctx, request)
  await useUp(ctx.store, usesUp)
  return client
}

/** The same, where what proves it is used up by the caller, in one act with what else the request uses up. */
export async function verifyClient(ctx: Ctx, request: Request): Promise<{ client: Client; usesUp: readonly SingleUse[] }> {
  const claims = claimsOf(ctx, request)
  const [first] = claims
  if (!first) return refuseClient('no method was used')
  if (claims.some(({ carrier }) => carrier !== first.carrier))
    refuse('invalid_request', 'more than one client authentication method was used; use the registered one alone')
  const { address, params } = request
  const requestObject = params.all('request')[0]
  const client = await findClient(ctx, { clientId: first.clientId, address, refusal: 'invalid_client', requestObject })
  const methods = client ? acceptedMethods(client) : []
  const registered = claims.find(({ auth }) => methods.includes(auth.method))
  const verdict = await (registered ?? first).auth.verify(ctx, request, client)
  if (!client) return refuseClient('unknown client')
  if (!registered) return refuseClient('not the registered method')
  if (typeof verdict === 'string') return refuseClient(verdict)
  const named = request.params.get('client_id')
  if (named !== undefined && named !== client.client_id) refuse('invalid_request', 'client_id is not the client that authenticated')
  return { client, usesUp: verdict ? [verdict] : [] }
}

/** Libraries choose for themselves how they send a secret: both ways prove the same. RFC 6749 §2.3.1 */
const secretMethods = ['client_secret_basic', 'client_secret_post']

function acceptedMethods({ token_endpoint_auth_method: method, policy }: Client): readonly string[] {
  return policy.client_secret_method === 'any' && secretMethods.includes(method) ? secretMethods : [method]
}

interface Claim {
  auth: ClientAuth
  carrier: ClientAuth['carrier']
  clientId: string
}

/** A `client_id` alone is not a claim when another part of the request makes one. */
function claimsOf(ctx: Ctx, request: Request): Claim[] {
  const claims = [...ctx.server.clientAuth.values()].flatMap((auth): Claim[] => {
    const clientId = auth.claimedClient(ctx, request)
    return clientId === undefined ? [] : [{ auth, carrier: auth.carrier, clientId }]
  })
  const others = claims.filter(({ carrier }) => carrier !== 'client_id')
  return others.length > 0 || showsCredential(request) ? others : claims
}

function showsCredential({ params, headers }: Request): boolean {
  return params.get('client_secret') !== undefined || params.get('client_assertion') !== undefined || headers['authorization'] !== undefined
}

/** The client, which must have a credential; a name alone is not one. */
export async function authenticateConfidentialClient(ctx: Ctx, request: Request): Promise<Client> {
  const client = await authenticateClient(ctx, request)
  return client.token_endpoint_auth_method === 'none' ? refuseClient('a public client') : client
}

export function refuseClient(why: string): never {
  refuse('invalid_client', 'client authentication failed; check client_id, the secret and the registered method', why)
}

/** Thumbprint of the key of the client's instance, where the registered method proves one. The client has authenticated. */
export function instanceOf({ server }: Ctx, request: Request, { token_endpoint_auth_method: method }: Client): string | undefined {
  return server.clientAuth.get(method)?.instance?.(request)
}

/** What one instance asked for or was given is not for another. */
export function checkInstance({ instance: bound }: { instance?: string | undefined }, instance: string | undefined): void {
  if (bound !== undefined && bound !== instance)
    refuse('invalid_grant', 'this was asked for by, or issued to, another instance of this client')
}

/** The parameters of a request that is stored, without those that authenticated its client: no secret is stored. */
export function withoutClientAuthentication(params: Params): Params {
  return params.without(['client_secret', 'client_assertion', 'client_assertion_type'])
}
