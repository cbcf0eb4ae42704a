/** The connections that a client may be given tokens of — Gatehouse client metadata. */
import type { ClientMetadata } from './client.ts'
import { refuse } from './errors.ts'

export interface NamedConnections {
  connections: { find(name: string): Promise<unknown> }
}

/** Each that the client newly names must exist. `before`: the client until now; a connection that was deleted keeps nobody from another change. */
export async function checkConnections(
  { connections }: NamedConnections,
  client: ClientMetadata,
  before?: Pick<ClientMetadata, 'connections'>,
): Promise<void> {
  for (const name of Object.keys(client.connections)) {
    if (before && Object.hasOwn(before.connections, name)) continue
    if (!(await connections.find(name)))
      refuse('invalid_client_metadata', 'connections names a connection that does not exist; set it up first, or correct the name')
  }
}
