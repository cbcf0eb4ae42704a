/** Changing the registration of a client by a merge patch — RFC 7396, of the metadata of RFC 7591 §2. */
import { type ClientMetadata, clientSchema } from './client.ts'
import { refuse } from './errors.ts'
import type { Ctx } from './feature.ts'
import { mergePatch } from './merge-patch.ts'
import { checkConnections, type NamedConnections } from './named-connections.ts'
import { readClient } from './register.ts'
import type { ClientStore } from './registry.ts'
import { checkSectorIdentifier } from './sector-identifier.ts'

/** The registered metadata of a client, without its secrets and its state. */
export function metadataOf(client: ClientMetadata): ClientMetadata {
  return Object.fromEntries(Object.entries(client).filter(([name]) => name in clientSchema.shape)) as ClientMetadata
}

/**
 * Changes the members that the patch names; null sets the default. `check` gets the client before and after, and throws to refuse.
 * The client as it is registered now; undefined when there is none. Throws `ZodError`, and refuses what its sector does not list and connections that do not exist.
 */
export async function changeClient(
  { ctx, store }: { ctx: Pick<Ctx, 'server' | 'keys' | 'id' | 'remote'>; store: ClientStore & NamedConnections },
  id: string,
  patch: Readonly<Record<string, unknown>>,
  check: (before: ClientMetadata, after: ClientMetadata) => void = () => {},
): Promise<ClientMetadata | undefined> {
  const found = await store.clientsAdmin.find(id)
  if (!found) return undefined
  const patched = (before: ClientMetadata) => {
    const after = readClient(ctx.server, ctx.keys.algs, { ...mergePatch(before, patch), client_id: id }, ctx.id)
    check(before, after)
    return after
  }
  const asked = patched(metadataOf(found))
  await checkConnections(store, asked, found)
  // A server of the client that is down must not keep an operator from any other change.
  if (sectorOf(asked) !== sectorOf(found)) await checkSectorIdentifier(ctx, asked)
  return store.clientsAdmin.replace(asked, (before) => {
    const after = patched(before)
    if (![before, asked].some((checked) => sectorOf(checked) === sectorOf(after)))
      refuse('conflict', 'the client was changed at the same time; look at it again, and then repeat the change')
    return after
  })
}

/** What a look-up of the sector is about. */
function sectorOf({ sector_identifier_uri: url, redirect_uris: uris }: ClientMetadata): string {
  return JSON.stringify([url, url === undefined ? [] : uris])
}
