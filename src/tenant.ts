/** One tenant at run time: its stores, keys, settings and rules, put together. */
import type { Config } from './config/schema.ts'
import { ownFederationKeys } from './crypto/federation-keys.ts'
import type { ImportedSecrets } from './crypto/imported-secrets.ts'
import type { Installation, TenantKeys } from './crypto/installation.ts'
import type { Passwords } from './crypto/passwords.ts'
import { readablePassword } from './crypto/readable-password.ts'
import type { ResealOnUse } from './crypto/reseal.ts'
import type { Sealer } from './crypto/seal.ts'
import { type SigningSecrets, sharedKeys } from './crypto/shared-keys.ts'
import { tokens } from './crypto/tokens.ts'
import type { AccountDeps } from './identity/accounts.ts'
import type { Attribute } from './identity/attributes.ts'
import { type AuditDeps, recordAuditEvents } from './identity/audit.ts'
import { people } from './identity/people.ts'
import type { SignUpRule } from './identity/sign-up.ts'
import type { BackgroundTasks } from './outbox/background-tasks.ts'
import type { OutboxDelivery } from './outbox/delivery.ts'
import { type AttemptSoon, telling } from './outbox/soon.ts'
import type { Platform } from './platform.ts'
import type { Client } from './protocol/client.ts'
import { withAcceptedDocuments } from './protocol/client-document.ts'
import type { Ctx, Server } from './protocol/feature.ts'
import { withFederatedClients } from './protocol/federation/relying-party.ts'
import { madeOnUse } from './protocol/made-on-use.ts'
import type { ClientDocuments, KeySets, Remote } from './protocol/remote.ts'
import type { MutualTls, TenantSettings } from './protocol/tenant-rules.ts'
import { tenantSettings } from './protocol/tenant-settings.ts'
import { randomId } from './random-id.ts'
import type { Db } from './store/sql.ts'
import { type Ports, replacingPorts, tenantStore } from './store/tenant.ts'
import type { TenantRow } from './store/types.ts'
import { offeredCredentials } from './tenant-credentials.ts'
import { webhooksOf } from './tenant-events.ts'
import { federationKeyringOf, keyMaterialOf, keyringOf, type TenantKeyMaterial } from './tenant-keys.ts'
import { messagesOf } from './tenant-messages.ts'
import { hasFeature, settingsOf } from './tenant-rules.ts'
import { lifetimesOf, mailDepsOf, signInOf, signUpAddressOf, signUpRuleOf } from './tenant-sign-in.ts'
import { type UpstreamMemory, upstreamMemory, upstreamOf } from './tenant-upstream.ts'
import { upstreamTokens } from './vault/exchange.ts'
import { accountClient } from './web/account/client.ts'
import { withAdministration } from './web/api/administration.ts'
import { withOwnClients } from './web/api/first-party.ts'
import { type CookieJar, cookieJar } from './web/http/cookies.ts'
import type { WebTenant } from './web/http/route.ts'

/** A tenant with everything that acts in it. */
export interface Tenant extends WebTenant {
  row: TenantRow
  store: ReturnType<typeof tenantStore>
  signingSecrets: SigningSecrets
  accounts: AccountDeps
  audit: AuditDeps
  issuer: string
  /** A new public id. */
  id(): string
  /** The attributes of its people when it was read. What is written is checked against the store. */
  schema: readonly Attribute[]
  /** What it is made of. */
  stored: StoredTenant
}

/** What is read of a tenant, and all that is kept of it while it is not in use: a process may have thousands. */
export interface StoredTenant {
  row: TenantRow
  configured: Configured
  settings: TenantSettings
  signUpAddress: SignUpRule['address'] | undefined
  /** The longest that a session lasts, in seconds. */
  sessionLifetime: number
  /** Derived from the secret of the installation. */
  derivedKeys: TenantKeys
  keyMaterial: TenantKeyMaterial
  /** Undefined until it is used. */
  upstreamMemory: UpstreamMemory | undefined
}

/** What all tenants share. */
export interface AppDeps {
  config: Config
  platform: Platform
  db: Db
  sealer: Sealer
  reseal: ResealOnUse
  installation: Installation
  server: Server
  passwords: Passwords
  importedSecrets: ImportedSecrets
  /** The client of the sign-in API at a tenant. */
  firstParty(tenant: string): Client
  /** Whether mail can be sent. */
  offersMail: boolean
  delivery: OutboxDelivery
  attemptSoon: AttemptSoon
  backgroundTasks: BackgroundTasks
  remote: Remote
  mutualTls: MutualTls
  keySets: KeySets
  clientDocuments: ClientDocuments
  /** Ids that sort in the order in which they are made, as far as clocks agree. */
  orderedId(): string
}

/** What is made at once: what most requests use. */
interface Own extends Omit<Tenant, keyof Parts> {
  deps: AppDeps
}

/** What is made when a request uses it. */
interface Parts
  extends Pick<Tenant, 'cookies' | 'accountDeletion'>,
    Pick<Tenant, 'ctx' | 'signIn' | 'mail' | 'signUp' | 'audit' | 'webhooks' | 'accounts' | 'attributes'>,
    Pick<Tenant, 'signingSecrets' | 'connections' | 'vault' | 'recordAudit' | 'readablePassword'> {
  upstream: ReturnType<typeof upstreamOf>
  messages: ReturnType<typeof messagesOf>
}

const tenantOf = madeOnUse<Own, Parts>({
  ctx: contextOf,
  signIn: ({ deps, row, store, tokens, id, mail }) => signInOf(deps, row, { store, tokens, id, mail }),
  mail: ({ deps, row, store, tokens, issuer }) => mailDepsOf(deps, row, { store, tokens, issuer }),
  signUp: ({ stored: { signUpAddress }, mail }) => signUpRuleOf(signUpAddress, mail),
  cookies: ({ deps, stored }) => cookiesOf(deps, stored),
  accountDeletion: ({ deps, row }) => deps.config.account.deletion && tenantSettings(row.settings).account_deletion,
  audit: ({ deps: { config, platform, orderedId }, store }) => {
    return { store, now: platform.now, orderedId, retention: config.audit.keep_days * 86_400 }
  },
  webhooks: ({ deps, row, store, issuer, id }) => {
    return webhooksOf(deps, row.id, { store, issuer, remote: deps.remote, now: deps.platform.now, id })
  },
  accounts: ({ deps, store, id, signIn }) => {
    return { store, passwords: deps.passwords, now: deps.platform.now, id, notify: signIn.notify }
  },
  attributes: ({ deps, store }) => ({ store, scopes: deps.server.scopes }),
  signingSecrets: ({ deps, stored, issuer }) => sharedKeysOf(deps, stored, issuer),
  upstream({ deps, row, stored, store, keyring: keys, issuer, id, tokens, audit }) {
    stored.upstreamMemory ??= upstreamMemory(deps.platform)
    return upstreamOf(deps, row.id, { store, keys, issuer, id, tokens, audit, memory: stored.upstreamMemory })
  },
  connections: ({ upstream }) => upstream.connections,
  vault: ({ upstream }) => upstream.vault,
  messages: ({ deps, row }) => messagesOf(deps, row),
  recordAudit:
    ({ audit }) =>
    (auditEvents, from) =>
      recordAuditEvents(audit, auditEvents, from),
  readablePassword:
    ({ deps }) =>
    () =>
      readablePassword(deps.platform.random),
})

/** What rules may use of a tenant; the parts that few of them use are made when one does. */
const withContextParts = madeOnUse<OwnContext, Omit<Ctx, keyof OwnContext>>({
  people: ({ of }) => people(of.signIn),
  federationKeys: ({ of }) => of.federationKeyring && ownFederationKeys(of.federationKeyring),
  sharedKeys: ({ of }) => of.signingSecrets,
  upstreamTokens: ({ of }) => upstreamTokens(of.vault),
  pings: ({ of }) => of.messages.pings,
  streamSecrets: ({ of }) => of.messages.streamSecrets,
  deliverSoon: ({ of }) => of.messages.deliverSoon,
})

interface OwnContext
  extends Omit<Ctx, 'people' | 'federationKeys' | 'sharedKeys' | 'upstreamTokens' | 'pings' | 'streamSecrets' | 'deliverSoon'> {
  of: Own & Parts
}

function contextOf(of: Own & Parts): Ctx {
  const { deps, issuer, stored, store, tokens, keyring: keys, id } = of
  const { config, platform, server, remote, mutualTls, keySets, clientDocuments } = deps
  const { settings: tenant } = stored
  return withContextParts({
    of,
    issuer,
    tenant,
    server,
    store: requestStore({ of: store, tenant: of }),
    firstPartyAudience: config.api.audience,
    ...{ tokens, remote, mutualTls, keySets, clientDocuments, keys, now: platform.now, id },
  })
}

/** Resolves when its keys can be used. */
export async function readTenant(deps: AppDeps, row: TenantRow): Promise<StoredTenant> {
  const { server } = deps
  const issuer = issuerOf(deps, row)
  const store = tenantStore(deps.db, row.id, deps.platform.now)
  const configured = await configuredIn(store)
  const { schema, detailTypes, configurations } = configured
  const material = await keyMaterialOf(deps, row, { issuer, configurations })
  const keyring = keyringOf(deps, row, { store, issuer, material })
  await Promise.all([keyring.ready(), federationKeyringOf(deps, row, { store, issuer, material })?.ready()])
  keyring.rotateWhenDue().catch((err: unknown) => deps.platform.log.warn({ err }, 'key rotation will be tried again'))
  const offered = offeredCredentials({ server, key: keyring.credentials, issuer, name: row.name }, configurations)
  const signUpAddress = signUpAddressOf(deps, row)
  const settings = settingsOf(deps, row, { schema, signUpAddress, detailTypes, offered })
  return {
    ...{ row, configured, settings, signUpAddress, sessionLifetime: lifetimesOf(deps.config, row).session_absolute },
    keyMaterial: material,
    derivedKeys: deps.installation.keys(row.id),
    upstreamMemory: undefined,
  }
}

/** Takes a small part of the time of reading it: nothing is read or opened here. */
export function makeTenant(deps: AppDeps, stored: StoredTenant): Tenant {
  const { config, db, importedSecrets } = deps
  const { now, random } = deps.platform
  const { row, keyMaterial: material } = stored
  const issuer = issuerOf(deps, row)
  const store = tellingStore({ of: tenantStore(db, row.id, now), soon: (ids) => deps.attemptSoon(row.id, ids) })
  return tenantOf({
    ...{ deps, row, stored, issuer, store },
    schema: stored.configured.schema,
    keyring: keyringOf(deps, row, { store, issuer, material }),
    federationKeyring: federationKeyringOf(deps, row, { store, issuer, material }),
    tokens: tokens(stored.derivedKeys, random, importedSecrets),
    slug: row.slug,
    base: new URL(issuer).pathname.replace(/\/$/, ''),
    org: row.id,
    firstParty: deps.firstParty(row.id),
    popularPasswords: config.api.popular_passwords,
    recovery: deps.offersMail,
    id: () => randomId(random),
  })
}

/** Whether what it was made of is still stored. */
export async function isUnchanged({ db, platform }: AppDeps, { row, configured }: StoredTenant, now: TenantRow): Promise<boolean> {
  const latest = await configuredIn(tenantStore(db, now.id, platform.now))
  return JSON.stringify([row, configured]) === JSON.stringify([now, latest])
}

function issuerOf({ config }: Pick<AppDeps, 'config'>, { slug }: TenantRow): string {
  return slug === '' ? config.issuer : `${config.issuer}/t/${slug}`
}

/** With applications told of ended sessions. */
const tellingStore = replacingPorts<{ of: Ports; soon(ids: readonly string[]): Promise<void> }>({
  sessions: ({ of, soon }) => telling(of.sessions, soon),
})

/** With the clients of the tenant itself, and without those that nobody vouches for any more. */
const requestStore = replacingPorts<{ of: Ports; tenant: Own & Parts }>({
  clients({ of, tenant: { stored, federationKeyring, firstParty, issuer } }) {
    const vouchedFor = withFederatedClients(
      withAcceptedDocuments(of.clients, stored.settings.clientIdHosts),
      federationKeyring !== undefined,
    )
    return withOwnClients(vouchedFor, [firstParty, accountClient(issuer)])
  },
  resources: ({ of, tenant: { issuer } }) => withAdministration(of.resources, issuer),
})

type Configured = Awaited<ReturnType<typeof configuredIn>>

/** What is stored of its configuration and decides how it is put together. */
async function configuredIn({ attributes, resources, credentialConfigurations }: Tenant['store']) {
  return {
    schema: await attributes.list(),
    detailTypes: await resources.detailTypes(),
    configurations: await credentialConfigurations.all(),
  }
}

/** Signatures with secrets that the APIs of clients share with this tenant. */
function sharedKeysOf({ sealer, reseal }: AppDeps, { row, derivedKeys: key }: StoredTenant, issuer: string): SigningSecrets {
  return sharedKeys({
    sealer,
    root: () => key('client-signing-secret'),
    markKey: () => key('shared-key-issuance-mark'),
    tenantId: row.id,
    issuer,
    reseal,
  })
}

function cookiesOf({ config, server }: AppDeps, { row: { slug }, sessionLifetime: maxAge }: StoredTenant): CookieJar {
  return cookieJar({ slug, secure: config.issuer.startsWith('https:'), maxAge, withState: hasFeature(server, 'sessionManagement') })
}
