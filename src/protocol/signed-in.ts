/** What may be issued to a client whose user has signed in without a browser's journey — RFC 6749 §4.3, and our own sign-in API. */
import type { Client } from './client.ts'
import type { Ctx } from './feature.ts'
import { refreshOf } from './refresh.ts'
import type { Issuance } from './types.ts'

/** `sid`: that of the session, where there is one. */
export async function signedIn(
  ctx: Ctx,
  { client, subject, scope, sid }: { client: Client; subject: string; scope: readonly string[]; sid: string },
): Promise<Issuance> {
  const now = ctx.now()
  const grant = await ctx.store.grants.widen({ clientId: client.client_id, subject, scope, newId: ctx.id(), now })
  const authentication = { subject, authTime: now, acr: 'aal1', amr: ['pwd'], sid }
  const lasting = { grantId: grant.id, family: ctx.id(), authentication, scope, resource: [] }
  return { client, subject, scope, lasting, refresh: refreshOf(client, scope) }
}
