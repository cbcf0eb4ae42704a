/** Whether a client may have the pairwise subjects of a sector — OpenID Connect Registration 1.0 §5. */
import type { ClientMetadata } from './client.ts'
import { readJson } from './codec/json.ts'
import { refuse } from './errors.ts'
import type { Ctx } from './feature.ts'
import { RemoteError } from './remote-error.ts'

/** The sector must list each of the client's redirect URIs. */
export async function checkSectorIdentifier({ remote }: Pick<Ctx, 'remote'>, client: ClientMetadata): Promise<void> {
  const { sector_identifier_uri: url, redirect_uris: uris } = client
  if (url === undefined) return
  const answer = await remote.request({ url, maxBytes: 65_536 }).catch((error: unknown) => {
    if (!(error instanceof RemoteError)) throw error
    return refuse('invalid_client_metadata', 'sector_identifier_uri cannot be read', error.message)
  })
  const read = answer.status === 200 ? readJson(answer.body) : undefined
  const listed = read && 'value' in read && Array.isArray(read.value) ? read.value : undefined
  if (!listed) return refuse('invalid_client_metadata', 'sector_identifier_uri does not lead to a JSON array')
  if (!uris.every((uri) => listed.includes(uri)))
    refuse('invalid_client_metadata', 'sector_identifier_uri does not list every redirect URI of the client')
}
