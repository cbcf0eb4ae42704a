/** Changing the registration of a client by a merge patch — RFC 7396, of the metadata of RFC 7591 §2. */
import { type ClientMetadata, clientSchema } from './client.ts'
import type { Ctx } from './feature.ts'
import { mergePatch } from './merge-patch.ts'
import { readClient } from './register.ts'
import type { ClientStore } from './registry.ts'
import { checkSectorIdentifier } from './sector-identifier.ts'

/** The registered metadata of a client, without its secrets and its state. */
export function metadataOf(client: ClientMetadata): ClientMetadata {
  return Object.fromEntries(Object.entries(client).filter(([name]) => name in clientSchema.shape)) as ClientMetadata
}

/**
 * Changes the members that the patch names; null sets the default. `check` gets the client before and after, and throws to refuse.
 * The client as it is registered now; undefined when there is none. Throws `ZodError`, and refuses what its sector does not list.
 */
export async function changeClient(
  { ctx, store }: { ctx: Pick<Ctx, 'server' | 'keys' | 'id' | 'remote'>; store: ClientStore },
  id: string,
  patch: Readonly<Record<string, unknown>>,
  check: (before: ClientMetadata, after: ClientMetadata) => void = () => {},
): Promise<ClientMetadata | undefined> {
  const found = await store.clientsAdmin.find(id)
  if (!found) return undefined
  const before = metadataOf(found)
  const after = readClient(ctx.server, ctx.keys.algs, { ...mergePatch(before, patch), client_id: id }, ctx.id)
  check(before, after)
  await checkSectorIdentifier(ctx, after)
  return (await store.clientsAdmin.replace(after)) ? after : undefined
}
