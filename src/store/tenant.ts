/** The store of one tenant. The tenant is set here, once: no method has a parameter that could name another. */

import type { ConnectionStore, UpstreamRequestStore } from '../connections/store.ts'
import type { KeyStore } from '../crypto/types.ts'
import type { IdentityStore } from '../identity/store.ts'
import type { UpstreamIdentityStore } from '../identity/upstream-identities.ts'
import type { WebhookStore } from '../identity/webhooks.ts'
import { madeOnUse } from '../protocol/made-on-use.ts'
import type { Store } from '../protocol/ports.ts'
import type { AssignmentStore, ClientStore, GrantStore, InitialAccessTokenStore, ResourceStore } from '../protocol/registry.ts'
import type { TrustedIssuerStore } from '../protocol/trusted-issuer.ts'
import type { VaultStore } from '../vault/store.ts'
import { access } from './access.ts'
import { accessTokens } from './access-tokens.ts'
import { accounts } from './accounts.ts'
import { apiKeys } from './api-keys.ts'
import { assignments } from './assignments.ts'
import { attempts } from './attempts.ts'
import { attributes } from './attributes.ts'
import { audit } from './audit.ts'
import { backchannelRequests } from './backchannel-requests.ts'
import { clients } from './clients.ts'
import { codes } from './codes.ts'
import { type Configuration, configuration } from './configuration.ts'
import { connections } from './connections.ts'
import { credentialConfigurations } from './credential-configurations.ts'
import { credentialOffers } from './credential-offers.ts'
import { declarations } from './declarations.ts'
import { deferredCredentials } from './deferred-credentials.ts'
import { deviceCodes } from './device-codes.ts'
import { deviceSecrets } from './device-secrets.ts'
import { eventStreams, listStreams } from './event-streams.ts'
import { factors } from './factors.ts'
import { federation } from './federation.ts'
import type { FederationKeyStore } from './federation-keys.ts'
import { flows } from './flows.ts'
import { grants } from './grants.ts'
import { groups } from './groups.ts'
import { issue } from './issue.ts'
import { issuedCredentials } from './issued-credentials.ts'
import { links } from './links.ts'
import { machines } from './machines.ts'
import { outbox } from './outbox.ts'
import { passkeys } from './passkeys.ts'
import { pushedRequests } from './pushed-requests.ts'
import { refreshTokens } from './refresh-tokens.ts'
import { registrations } from './registrations.ts'
import { resources } from './resources.ts'
import { revocations } from './revocations.ts'
import { sessions } from './sessions.ts'
import { signIns } from './sign-ins.ts'
import { signUps } from './sign-ups.ts'
import { signingKeys } from './signing-keys.ts'
import type { Db } from './sql.ts'
import { trustedIssuers } from './trusted-issuers.ts'
import type { ApiKeyStore, DeclarationStore, MachineStore } from './types.ts'
import { upstreamIdentities } from './upstream-identities.ts'
import { upstreamRequests } from './upstream-requests.ts'
import { usedOnce } from './used-once.ts'
import { vault } from './vault.ts'
import { listWebhooks, webhooks } from './webhooks.ts'

export type Ports = Store &
  IdentityStore &
  KeyStore &
  ClientStore &
  AssignmentStore &
  InitialAccessTokenStore &
  GrantStore &
  ResourceStore &
  TrustedIssuerStore &
  DeclarationStore &
  MachineStore &
  ApiKeyStore &
  ConnectionStore &
  UpstreamRequestStore &
  UpstreamIdentityStore &
  FederationKeyStore &
  WebhookStore &
  VaultStore

/** What some modules need besides. */
interface ModuleDeps {
  /** The clock, in seconds. */
  now(): number
  remembering: Configuration['remembering']
  store: Ports
}

/** Makes some of the ports. */
type Module = (db: Db, tenant: string, deps: ModuleDeps) => Partial<Ports>

/** Each uses ports of earlier ones alone. */
const modules = [
  clients,
  (db, tenant, { store }) => registrations(db, tenant, store.clientsAdmin),
  resources,
  trustedIssuers,
  declarations,
  connections,
  credentialConfigurations,
  credentialOffers,
  issuedCredentials,
  deferredCredentials,
  upstreamRequests,
  upstreamIdentities,
  vault,
  grants,
  flows,
  codes,
  signIns,
  pushedRequests,
  deviceCodes,
  deviceSecrets,
  backchannelRequests,
  usedOnce,
  refreshTokens,
  accessTokens,
  issue,
  (db, tenant, { now }) => revocations(db, tenant, now),
  accounts,
  access,
  (db, tenant, { now }) => sessions(db, tenant, now),
  attempts,
  (db, tenant, { now }) => factors(db, tenant, now),
  passkeys,
  links,
  outbox,
  webhooks,
  eventStreams,
  (db, tenant, { remembering }) => audit(db, tenant, toldOfEvents(db, tenant, remembering)),
  groups,
  assignments,
  signUps,
  attributes,
  (db, tenant, { remembering }) => signingKeys(db, tenant, remembering),
  machines,
  apiKeys,
  (db, tenant, { now, remembering, store }) => federation(db, tenant, { now, remembering, clients: store.clients }),
] as const satisfies readonly Module[]

function toldOfEvents(db: Db, tenant: string, remembering: Configuration['remembering']) {
  const told = remembering('receivers of events', async () => ({
    webhooks: await listWebhooks(db, tenant),
    streams: await listStreams(db, tenant),
  }))
  return () => told('')
}

/** What is each of these at once. */
type All<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer Every) => void ? Every : never
type Made = All<ReturnType<(typeof modules)[number]>>

/** What the modules of a store make its ports of, and the ports that they have made. */
interface Making extends Pick<Configuration, 'db' | 'remembering'> {
  tenant: string
  now: () => number
  /** By module. */
  made: Partial<Ports>[]
}

const making = Symbol('what ports are made of')
interface Inherited {
  [making]: Making
}

/** Each module makes its ports when the first of them is used, since there may be many tenants that use few. */
function portsOf(store: Inherited, module: number): Partial<Ports> {
  const { db, tenant, now, remembering, made } = store[making]
  made[module] ??= modules[module]!(db, tenant, { now, remembering, store: store as Inherited & Ports })
  return made[module]
}

/** What every store inherits. */
const lazy = {}
const ports: (keyof Ports)[] = []
const model = tenantStore({} as Db, '', () => 0) as Ports & Inherited
for (const module of modules.keys())
  for (const port of Object.keys(portsOf(model, module)) as (keyof Ports)[]) {
    ports.push(port)
    Object.defineProperty(lazy, port, {
      enumerable: true,
      get(this: Inherited) {
        return portsOf(this, module)[port]
      },
    })
  }

/** Makes stores whose ports are those of `of`, except for these, each of which is made when it is used for the first time. */
export function replacingPorts<Own extends { of: Ports }>(makers: { readonly [Port in keyof Ports]?: (own: Own) => Ports[Port] }) {
  const forwarding = Object.fromEntries(ports.map((port) => [port, ({ of }: Own) => of[port]]))
  return madeOnUse<Own, Ports>({ ...(forwarding as { [Port in keyof Ports]: (own: Own) => Ports[Port] }), ...makers })
}

/** `now`: the clock, in seconds. What is remembered of the tenant is shared by all its stores on this database. */
export function tenantStore(database: Db, tenant: string, now: () => number): Ports {
  const { db, remembering } = configuration(database, tenant)
  const store: Made & Inherited = Object.create(lazy)
  // No function: V8 allocates one that is assigned to a property among what lasts, and it would hold this store there.
  store[making] = { db, tenant, now, remembering, made: [] }
  return store // a port that no module makes would be an error of types here
}
