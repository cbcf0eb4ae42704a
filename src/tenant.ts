/** One tenant at run time: its stores, keys, settings and rules, put together. */
import type { Config } from './config/schema.ts'
import { ownFederationKeys } from './crypto/federation-keys.ts'
import type { ImportedSecrets } from './crypto/imported-secrets.ts'
import type { Installation } from './crypto/installation.ts'
import type { Passwords } from './crypto/passwords.ts'
import { readablePassword } from './crypto/readable-password.ts'
import type { ResealOnUse } from './crypto/reseal.ts'
import type { Sealer } from './crypto/seal.ts'
import { type SigningSecrets, sharedKeys } from './crypto/shared-keys.ts'
import { tokens } from './crypto/tokens.ts'
import type { AccountDeps } from './identity/accounts.ts'
import { type Attribute, signUpAttributes } from './identity/attributes.ts'
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
import { once } from './protocol/once.ts'
import type { ClientDocuments, KeySets, Remote } from './protocol/remote.ts'
import { replaceMembers } from './protocol/replace-members.ts'
import type { MutualTls, TenantSettings } from './protocol/tenant-rules.ts'
import { tenantSettings } from './protocol/tenant-settings.ts'
import { randomId } from './random-id.ts'
import type { Db } from './store/sql.ts'
import { tenantStore } from './store/tenant.ts'
import type { TenantRow } from './store/types.ts'
import { offeredCredentials } from './tenant-credentials.ts'
import { webhooksOf } from './tenant-events.ts'
import { withoutGrantTypes } from './tenant-grant-types.ts'
import { federationKeysOf, keysOf } from './tenant-keys.ts'
import { messagesOf } from './tenant-messages.ts'
import { registrationRuleOf } from './tenant-registration.ts'
import { releasedAttributes } from './tenant-scopes.ts'
import { lifetimesOf, mailDepsOf, secondFactorOf, signInOf, signUpAddressOf, signUpRuleOf } from './tenant-sign-in.ts'
import { upstreamOf } from './tenant-upstream.ts'
import { upstreamTokens } from './vault/exchange.ts'
import { accountClient } from './web/account/client.ts'
import { withAdministration } from './web/api/administration.ts'
import { withOwnClients } from './web/api/first-party.ts'
import { type CookieJar, cookieJar, stateCookie } from './web/http/cookies.ts'
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
  /** The attributes of its people when it was opened. What is written is checked against the store. */
  schema: readonly Attribute[]
  /** What was stored of its configuration when it was opened. */
  madeOf: readonly unknown[]
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

/** What is made when a tenant is opened: what most requests use. */
interface Opened extends Omit<Tenant, keyof Parts> {
  deps: AppDeps
  settings: TenantSettings
  signUpAddress: SignUpRule['address'] | undefined
}

/** What is made when a request uses it, so that an open tenant takes little memory: a process may have thousands. */
interface Parts
  extends Pick<Tenant, 'ctx' | 'signIn' | 'mail' | 'signUp' | 'audit' | 'webhooks' | 'accounts' | 'attributes'>,
    Pick<Tenant, 'signingSecrets' | 'connections' | 'vault' | 'recordAudit' | 'readablePassword'> {
  upstream: ReturnType<typeof upstreamOf>
  messages: ReturnType<typeof messagesOf>
}

const tenantOf = madeOnUse<Opened, Parts>({
  ctx: contextOf,
  signIn: ({ deps, row, store, tokens, id, mail }) => signInOf(deps, row, { store, tokens, id, mail }),
  mail: ({ deps, row, store, tokens, issuer }) => mailDepsOf(deps, row, { store, tokens, issuer }),
  signUp: ({ signUpAddress, mail }) => signUpRuleOf(signUpAddress, mail),
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
  signingSecrets: ({ deps, row, issuer }) => sharedKeysOf(deps, row, issuer),
  upstream: ({ deps, row, store, keyring: keys, issuer, id, tokens, audit }) => {
    return upstreamOf(deps, row.id, { store, keys, issuer, id, tokens, audit })
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
  of: Opened & Parts
}

function contextOf(of: Opened & Parts): Ctx {
  const { deps, issuer, settings: tenant, store, federationKeyring, firstParty, tokens, keyring: keys, id } = of
  const { config, platform, server, remote, mutualTls, keySets, clientDocuments } = deps
  const isFederated = federationKeyring !== undefined
  return withContextParts({
    of,
    issuer,
    tenant,
    server,
    store: requestStore(store, { issuer, hosts: tenant.clientIdHosts, isFederated, firstParty }),
    firstPartyAudience: config.api.audience,
    ...{ tokens, remote, mutualTls, keySets, clientDocuments, keys, now: platform.now, id },
  })
}

export async function openTenant(deps: AppDeps, row: TenantRow): Promise<Tenant> {
  const { config, db, installation, importedSecrets, server } = deps
  const { now, random } = deps.platform
  const base = row.slug === '' ? '' : `/t/${row.slug}`
  const issuer = config.issuer + base
  const store = tellingStore(tenantStore(db, row.id, now), (ids) => deps.attemptSoon(row.id, ids))
  const { schema, detailTypes, configurations } = await configuredIn(store)
  const keyring = await keysOf(deps, row, { store, issuer, configurations })
  const offered = offeredCredentials({ server, key: keyring.credentials, issuer, name: row.name }, configurations)
  const signUpAddress = signUpAddressOf(deps, row)
  return tenantOf({
    deps,
    row,
    issuer,
    store,
    keyring,
    federationKeyring: await federationKeysOf(deps, row, { store, issuer }),
    tokens: tokens(installation, row.id, random, importedSecrets),
    settings: settingsOf(deps, row, { schema, signUpAddress, detailTypes, offered }),
    signUpAddress,
    slug: row.slug,
    base: new URL(config.issuer).pathname.replace(/\/$/, '') + base,
    org: row.id,
    firstParty: deps.firstParty(row.id),
    accountDeletion: config.account.deletion && tenantSettings(row.settings).account_deletion,
    popularPasswords: config.api.popular_passwords,
    recovery: deps.offersMail,
    cookies: cookiesOf(deps, row),
    schema,
    madeOf: [row, schema, detailTypes, configurations],
    id: () => randomId(random),
  })
}

/** With applications told of ended sessions. */
function tellingStore(store: Tenant['store'], soon: (ids: readonly string[]) => Promise<void>): Tenant['store'] {
  const sessions = once(() => telling(store.sessions, soon))
  return replaceMembers(store, {
    get sessions() {
      return sessions()
    },
  })
}

/** With the clients of the tenant itself, and without those that nobody vouches for any more. */
function requestStore(
  store: Ctx['store'],
  { issuer, hosts, isFederated, firstParty }: { issuer: string; hosts: readonly string[]; isFederated: boolean; firstParty: Client },
): Ctx['store'] {
  const vouchedFor = withFederatedClients(withAcceptedDocuments(store.clients, hosts), isFederated)
  const clients = withOwnClients(vouchedFor, [firstParty, accountClient(issuer)])
  return replaceMembers(store, { clients, resources: withAdministration(store.resources, issuer) })
}

/** What is stored of its configuration and decides how it is put together. */
async function configuredIn({ attributes, resources, credentialConfigurations }: Tenant['store']) {
  return {
    schema: await attributes.list(),
    detailTypes: await resources.detailTypes(),
    configurations: await credentialConfigurations.all(),
  }
}

/** Signatures with secrets that the APIs of clients share with this tenant. */
function sharedKeysOf({ sealer, installation, reseal }: AppDeps, row: TenantRow, issuer: string): SigningSecrets {
  const key = installation.keys(row.id)
  return sharedKeys({
    sealer,
    root: () => key('client-signing-secret'),
    markKey: () => key('shared-key-issuance-mark'),
    tenantId: row.id,
    issuer,
    reseal,
  })
}

function settingsOf(
  { config, server }: AppDeps,
  row: TenantRow,
  own: Pick<TenantSettings, 'detailTypes'> & {
    schema: readonly Attribute[]
    signUpAddress: SignUpRule['address'] | undefined
    offered: ReturnType<typeof offeredCredentials>
  },
): TenantSettings {
  const { schema, signUpAddress, detailTypes, offered } = own
  const settings = tenantSettings(row.settings)
  const seconds = lifetimesOf(config, row)
  return {
    name: row.name,
    logoUri: settings.logo_uri,
    stateCookie: stateCookie(row.slug),
    lifetimes: {
      sessionIdle: seconds.session_idle,
      flow: seconds.flow,
      code: seconds.code,
      accessToken: seconds.access_token,
      idToken: seconds.id_token,
      refreshToken: seconds.refresh_token,
      refreshGrace: seconds.refresh_grace,
    },
    signUp: signUpAddress !== undefined && signUpAttributes(schema).closedBy.length === 0,
    detailTypes: [...offered.detailTypes, ...detailTypes],
    credentials: offered.credentials,
    credentialsPerPerson: settings.credentials_per_person,
    unansweredRequests: config.limits.unanswered_requests,
    attesters: settings.client_attesters,
    requestUri: settings.request_uri,
    sharedSignals: settings.shared_signals,
    clientIdHosts: has(server, 'clientIdMetadataDocuments') ? settings.client_id_hosts : [],
    withoutGrantTypes: withoutGrantTypes(settings, offered),
    secondFactor: secondFactorOf(config, row),
    registration: registrationRuleOf(config, row),
    ...releasedAttributes(server, row, schema, offered.scopes),
  }
}

const has = ({ features }: Server, name: string) => features.some(({ id }) => id === name)

function cookiesOf({ config, server }: AppDeps, row: TenantRow): CookieJar {
  const { slug } = row
  const maxAge = lifetimesOf(config, row).session_absolute
  return cookieJar({ slug, secure: config.issuer.startsWith('https:'), maxAge, withState: has(server, 'sessionManagement') })
}
