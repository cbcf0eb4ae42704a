/** The servers that the server under test sends requests to: a provider, a receiver of events, and the entities of a federation. */
import { type Entity, federation, type Signer, signer } from '../federation.ts'
import { type Receiver, receiver } from '../receiver.ts'
import { type Upstream, upstreamProvider } from '../upstream.ts'

export interface World {
  provider: Upstream
  receiver: Receiver
  /** Its keys are trusted. */
  anchor: Entity
  party: Entity
  /** Signs for clients, wallets and trusted issuers. */
  keys: Signer
  close(): Promise<void>
}

export const now = () => Math.floor(Date.now() / 1000)

export async function world(redirectUri: string): Promise<World> {
  const [provider, events, entities, keys] = [await upstreamProvider(now), await receiver(), federation(now), signer()]
  const anchor = await entities.entity()
  const party = await entities.entity({
    superiors: [anchor],
    metadata: {
      openid_relying_party: {
        ...{ client_name: 'Party', client_registration_types: ['automatic', 'explicit'], redirect_uris: [redirectUri] },
        ...{ grant_types: ['authorization_code'], response_types: ['code'], scope: 'openid profile' },
        ...{ jwks: { keys: [keys.jwk] }, token_endpoint_auth_method: 'private_key_jwt' },
      },
    },
  })
  return {
    ...{ provider, receiver: events, anchor, party, keys },
    async close() {
      await Promise.all([provider.close(), events.close(), entities.close()])
    },
  }
}
