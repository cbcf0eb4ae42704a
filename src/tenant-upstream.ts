/** What a tenant has of other providers, put together: its connections, and the vault of their tokens. */
import { setTimeout } from 'node:timers/promises'
import type { Config } from './config/schema.ts'
import { connectionSchema, settingsOf } from './connections/connection.ts'
import type { PendingDeps } from './connections/pending.ts'
import type { ConnectionStore } from './connections/store.ts'
import { appleSecret } from './crypto/apple-secret.ts'
import type { ResealOnUse } from './crypto/reseal.ts'
import type { Sealer } from './crypto/seal.ts'
import { type SealedTexts, sealedTexts } from './crypto/sealed-texts.ts'
import type { TenantTokens } from './crypto/tokens.ts'
import { type AuditDeps, recordAuditEvents } from './identity/audit.ts'
import { type Platform, systemClock } from './platform.ts'
import type { Remote } from './protocol/remote.ts'
import type { SignInUpstream } from './protocol/request-reply.ts'
import { ROOT_TENANT } from './store/system.ts'
import type { tenantStore } from './store/tenant.ts'
import { backOff } from './vault/back-off.ts'
import type { VaultDeps } from './vault/deps.ts'

interface UpstreamDeps {
  config: Config
  platform: Platform
  sealer: Sealer
  reseal: ResealOnUse
  remote: Remote
}

/** Of the tenant of this id. */
interface TenantParts extends Pick<PendingDeps, 'keys' | 'issuer' | 'id'> {
  store: ReturnType<typeof tenantStore>
  tokens: TenantTokens
  audit: AuditDeps
  memory: UpstreamMemory
}

/** What a process remembers of the providers of a tenant, and which of its vault's tokens are being renewed. */
export type UpstreamMemory = Pick<PendingDeps, 'cache'> & Pick<VaultDeps, 'backOff' | 'underWay'>

export function upstreamMemory({ now, random }: Pick<Platform, 'now' | 'random'>): UpstreamMemory {
  return { cache: new Map(), backOff: backOff({ now, chance: () => chance(random) }), underWay: new Map() }
}

export function upstreamOf(deps: UpstreamDeps, tenantId: string, parts: TenantParts): { connections: PendingDeps; vault: VaultDeps } {
  const { platform, sealer, reseal, remote } = deps
  const { now, random, log } = platform
  const { store, tokens, audit, memory, ...own } = parts
  const secrets = sealedTexts({ sealer, purpose: 'connection-secret', tenantId, reseal })
  const connections: PendingDeps = {
    ...own,
    store: tenantId === ROOT_TENANT ? withKeycloak(store, deps.config, secrets) : store,
    requests: store,
    states: {
      make: () => tokens.make('us'),
      hash: (state) => tokens.hash('us', state),
      derive: (purpose, state) => tokens.pseudonym(`upstream ${purpose} ${state}`),
    },
    secrets,
    appleSecret,
    remote,
    now,
    clockSkew: () => now() - systemClock(),
    cache: memory.cache,
  }
  const vault: VaultDeps = {
    store,
    connections,
    seals: sealedTexts({ sealer, purpose: 'vault', tenantId, reseal }),
    now,
    uuid: () => uuid(random),
    chance: () => chance(random),
    pause: (milliseconds) => setTimeout(milliseconds),
    backOff: memory.backOff,
    underWay: memory.underWay,
    warn: (what, text) => log.warn({ tenant: tenantId, ...what }, text),
    recordAudit: (events) => recordAuditEvents(audit, events, undefined),
  }
  return { connections, vault }
}

/** At most so many buttons are shown. */
const maxButtons = 20

/** By the position that the tenant gives them, then by name. */
export async function signInUpstreams({ connections }: ConnectionStore): Promise<SignInUpstream[]> {
  return (await connections.all())
    .filter(({ enabled, sign_in }) => enabled && sign_in.enabled)
    .toSorted((a, b) => a.position - b.position)
    .slice(0, maxButtons)
    .map((one) => ({ name: one.name, label: settingsOf(one).label, domains: one.sign_in.route_domains }))
}

/** The connection that the settings `keycloak` stand for, which takes precedence over a stored one of its name. It only hands out tokens. */
function withKeycloak(store: ConnectionStore, { keycloak, auth_manager }: Config, secrets: SealedTexts): ConnectionStore {
  const { server, realm, client_id, client_secret } = keycloak
  if (server === undefined || realm === undefined || client_secret === undefined) return store
  const { connection: name } = auth_manager
  const issuer = `${server.replace(/\/$/, '')}/realms/${encodeURIComponent(realm)}`
  const declared = { name, preset: 'keycloak', issuer, client_id, sign_in: { enabled: false }, vault: { enabled: true } }
  const connection = { ...connectionSchema.parse(declared), sealedSecret: secrets.seal(name, client_secret) }
  const { connections } = store
  return { connections: { ...connections, find: async (asked) => (asked === name ? connection : connections.find(asked)) } }
}

/** RFC 9562 §5.4. */
function uuid(random: Platform['random']): string {
  const bytes = random(16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** From 0 to 1. */
const chance = (random: Platform['random']) => random(1)[0]! / 255
