/** Changing the registration of a client by a merge patch — RFC 7396, of the metadata of RFC 7591 §2. */
import type { Client, ClientMetadata } from './client.ts'
import type { Ctx } from './feature.ts'
import { mergePatch } from './merge-patch.ts'
import type { Store } from './ports.ts'
import { readClient } from './register.ts'
import type { ClientStore } from './registry.ts'

/** The registered metadata of a client, without its secrets. */
export function metadataOf({ secretHashes: _, sealedSigningSecret: __, ...metadata }: Client): ClientMetadata {
  return metadata
}

/**
 * Changes what the patch names: what is null takes its default. `check` gets the client before and after, and throws to refuse.
 * The client as it is registered now; undefined when there is none. Throws `ZodError`.
 */
export async function changeClient(
  { ctx, store }: { ctx: Pick<Ctx, 'server' | 'keys' | 'id'>; store: Pick<Store, 'clients'> & ClientStore },
  id: string,
  patch: Readonly<Record<string, unknown>>,
  check: (before: ClientMetadata, after: ClientMetadata) => void = () => {},
): Promise<ClientMetadata | undefined> {
  const found = await store.clients.find(id)
  if (!found) return undefined
  const before = metadataOf(found)
  const after = readClient(ctx.server, ctx.keys.algs, { ...mergePatch(before, patch), client_id: id }, ctx.id)
  check(before, after)
  return (await store.clientsAdmin.replace(after)) ? after : undefined
}
