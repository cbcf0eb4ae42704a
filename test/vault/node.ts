/** The vault of one node, on a store and before a provider of plain OAuth. */
import { randomUUID } from 'node:crypto'
import { type ConnectionMetadata, connectionSchema } from '../../src/connections/connection.ts'
import type { ConnectionDeps } from '../../src/connections/deps.ts'
import { sealer } from '../../src/crypto/seal.ts'
import { sealedTexts } from '../../src/crypto/sealed-texts.ts'
import { random } from '../../src/platform.ts'
import { backOff } from '../../src/vault/back-off.ts'
import type { VaultDeps } from '../../src/vault/deps.ts'
import type { TenantStore } from '../stored.ts'

const key = random(32)

/** The connection, as it is declared. */
export function aProvider(vault: object = {}, more: object = {}): ConnectionMetadata {
  return connectionSchema.parse({
    name: 'provider',
    preset: 'oauth2',
    client_id: 'gatehouse',
    token_endpoint_auth_method: 'none',
    authorization_endpoint: 'https://provider.example/authorize',
    token_endpoint: 'https://provider.example/token',
    vault: { enabled: true, ...vault },
    ...more,
  })
}

interface Node extends Pick<ConnectionDeps, 'remote' | 'now'> {
  store: TenantStore
  connections: ConnectionDeps['store']['connections']
  chance(): number
}

export function vaultNode({ store, connections, remote, now, chance }: Node): VaultDeps {
  const seals = sealedTexts({ sealer: sealer([key], random), purpose: 'vault', tenantId: 'a', reseal: async () => {} })
  return {
    store,
    connections: {
      store: { connections },
      requests: store,
      states: {
        make: () => 'state',
        hash: (state) => `hash of ${state}`,
        derive: (purpose) => `${purpose} `.repeat(10).replaceAll(' ', '-'),
      },
      secrets: seals,
      appleSecret: () => '',
      remote,
      keys: { algs: [], sign: async () => '' },
      issuer: 'https://id.example',
      now,
      clockSkew: () => 0,
      id: () => 'id',
      cache: new Map(),
    },
    seals,
    now,
    uuid: randomUUID,
    chance,
    pause: async () => {},
    backOff: backOff({ now, chance }),
    underWay: new Map(),
    warn: () => {},
    recordAudit: async () => {},
  }
}
