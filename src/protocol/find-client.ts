/** The client that a request names: a stored one, or one that a feature finds — RFC 6749 §2.2. */
import type { Client, NamedClient } from './client.ts'
import type { Ctx } from './feature.ts'

export async function findClient(ctx: Ctx, named: NamedClient): Promise<Client | undefined> {
  for (const feature of ctx.server.having('findClient')) {
    const found = await feature.findClient(ctx, named)
    if (found) return found
  }
  return ctx.store.clients.find(named.clientId)
}
