/** Client authentication — RFC 6749 §2.3: exactly one method, and the one the client registered. */
import type { Client } from './client.ts'
import { refuse } from './errors.ts'
import type { Ctx } from './feature.ts'
import type { Request } from './request-reply.ts'

/** The client that sent this request. Refuses with `invalid_client` in the same words whatever was wrong. */
export async function authenticateClient(ctx: Ctx, request: Request): Promise<Client> {
  let client: Client | undefined
  for (const auth of ctx.server.clientAuth.values()) {
    const found = await auth.authenticate(ctx, request)
    if (!found) continue
    if (client) refuse('invalid_request', 'more than one client authentication method was used; use the registered one alone')
    if (found.token_endpoint_auth_method !== auth.method) refuseClient('not the registered method')
    client = found
  }
  if (!client) refuseClient('no method was used')
  const named = request.params.get('client_id')
  if (named !== undefined && named !== client.client_id) refuse('invalid_request', 'client_id is not the client that authenticated')
  return client
}

/** The client, which must have shown a credential: a name alone is none. */
export async function authenticateConfidentialClient(ctx: Ctx, request: Request): Promise<Client> {
  const client = await authenticateClient(ctx, request)
  return client.token_endpoint_auth_method === 'none' ? refuseClient('a public client') : client
}

export function refuseClient(why: string): never {
  refuse('invalid_client', 'client authentication failed; check client_id, the secret and the registered method', why)
}
