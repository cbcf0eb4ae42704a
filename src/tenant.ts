/** One tenant at run time: its stores, keys, settings and rules, put together. */
import type { Config } from './config/schema.ts'
import { ownFederationKeys } from './crypto/federation-keys.ts'
import type { ImportedSecrets } from './crypto/imported-secrets.ts'
import type { Installation } from './crypto/installation.ts'
import type { Passwords } from './crypto/passwords.ts'
import { readablePassword } from './crypto/readable-password.ts'
import { recoveryCode } from './crypto/recovery-codes.ts'
import type { ResealOnUse } from './crypto/reseal.ts'
import type { Sealer } from './crypto/seal.ts'
import { type SigningSecrets, sharedKeys } from './crypto/shared-keys.ts'
import { type TenantTokens, tokens } from './crypto/tokens.ts'
import { totpCrypto } from './crypto/totp.ts'
import { webAuthn } from './crypto/webauthn.ts'
import type { AccountDeps } from './identity/accounts.ts'
import { type Attribute, signUpAttributes } from './identity/attributes.ts'
import { type AuditDeps, recordAuditEvents } from './identity/audit.ts'
import { type MailDeps, sendNotice } from './identity/links.ts'
import { people } from './identity/people.ts'
import type { SignInDeps } from './identity/sign-in.ts'
import type { SignUpRule } from './identity/sign-up.ts'
import { mailMessage } from './mail/channel.ts'
import type { BackgroundTasks } from './outbox/background-tasks.ts'
import type { OutboxDelivery } from './outbox/delivery.ts'
import { type AttemptSoon, telling } from './outbox/soon.ts'
import type { Platform } from './platform.ts'
import type { Client } from './protocol/client.ts'
import { withAcceptedDocuments } from './protocol/client-document.ts'
import type { Ctx, Server } from './protocol/feature.ts'
import { withFederatedClients } from './protocol/federation/relying-party.ts'
import type { ClientDocuments, KeySets, Remote } from './protocol/remote.ts'
import { replacePorts } from './protocol/replace-ports.ts'
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
import { messagesOf, outboxSeal, tellingOfRequests } from './tenant-messages.ts'
import { registrationRuleOf } from './tenant-registration.ts'
import { releasedAttributes } from './tenant-scopes.ts'
import { signInUpstreams, upstreamOf } from './tenant-upstream.ts'
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

export async function openTenant(deps: AppDeps, row: TenantRow): Promise<Tenant> {
  const { config, db, installation, server, passwords, importedSecrets, orderedId, remote, mutualTls, keySets, clientDocuments } = deps
  const { now, random } = deps.platform
  const base = row.slug === '' ? '' : `/t/${row.slug}`
  const issuer = config.issuer + base
  const stored = tenantStore(db, row.id, now)
  const sessions = telling(stored.sessions, (ids) => deps.attemptSoon(row.id, ids))
  const store = replacePorts(stored, { sessions })
  const { schema, detailTypes, configurations } = await configuredIn(store)
  const keys = await keysOf(deps, row, { store, issuer, configurations })
  const federationKeyring = await federationKeysOf(deps, row, { store, issuer })
  const opaque = tokens(installation, row.id, random, importedSecrets)
  const shared = sharedKeysOf(deps, row, issuer)
  const mail = mailDepsOf(deps, row, { store, tokens: opaque, issuer })
  const signUp = signUpRuleOf(config, row, mail)
  const offered = offeredCredentials({ server, key: keys.credentials, issuer, name: row.name }, configurations)
  const tenant = settingsOf(deps, row, { schema, signUp, detailTypes, offered })
  const id = () => randomId(random)
  const firstParty = deps.firstParty(row.id)
  const signIn = signInOf(deps, row, { store, tokens: opaque, id, mail })
  const audit: AuditDeps = { store, now, orderedId, retention: config.audit.keep_days * 86_400 }
  const upstream = upstreamOf(deps, row.id, { store, keys, issuer, id, tokens: opaque, audit })
  const ctx: Ctx = {
    issuer,
    tenant,
    server,
    store: requestStore(store, { issuer, hosts: tenant.clientIdHosts, isFederated: federationKeyring !== undefined, firstParty }),
    people: people(signIn),
    federationKeys: federationKeyring && ownFederationKeys(federationKeyring),
    sharedKeys: shared,
    firstPartyAudience: config.api.audience,
    tokens: opaque,
    ...messagesOf(deps, row),
    ...{ remote, upstreamTokens: upstreamTokens(upstream.vault), mutualTls, keySets, clientDocuments, keys, now, id },
  }
  return {
    row,
    slug: row.slug,
    base: new URL(config.issuer).pathname.replace(/\/$/, '') + base,
    org: row.id,
    firstParty,
    accountDeletion: config.account.deletion && tenantSettings(row.settings).account_deletion,
    popularPasswords: config.api.popular_passwords,
    signUp,
    ...{ ctx, signIn, mail, store, federationKeyring },
    cookies: cookiesOf(deps, row, signIn.lifetimes.absolute),
    keyring: keys,
    signingSecrets: shared,
    ...{ ...upstream, tokens: opaque },
    webhooks: webhooksOf(deps, row.id, { store, issuer, remote, now, id }),
    readablePassword: () => readablePassword(random),
    accounts: { store, passwords, now, id, notify: signIn.notify },
    attributes: { store, scopes: server.scopes },
    ...{ audit, schema },
    madeOf: [row, schema, detailTypes, configurations],
    recordAudit: (auditEvents, from) => recordAuditEvents(audit, auditEvents, from),
  }
}

/** With the clients of the tenant itself, and without those that nobody vouches for any more. */
function requestStore(
  store: Ctx['store'],
  { issuer, hosts, isFederated, firstParty }: { issuer: string; hosts: readonly string[]; isFederated: boolean; firstParty: Client },
): Ctx['store'] {
  const vouchedFor = withFederatedClients(withAcceptedDocuments(store.clients, hosts), isFederated)
  const clients = withOwnClients(vouchedFor, [firstParty, accountClient(issuer)])
  return replacePorts(store, { clients, resources: withAdministration(store.resources, issuer) })
}

/** What is stored of its configuration and decides how it is put together. */
async function configuredIn({ attributes, resources, credentialConfigurations }: Tenant['store']) {
  return {
    schema: await attributes.list(),
    detailTypes: await resources.detailTypes(),
    configurations: await credentialConfigurations.all(),
  }
}

/** Undefined where no mail can be sent. */
function mailDepsOf(
  { platform: { now }, offersMail, sealer, delivery, backgroundTasks }: AppDeps,
  { id: tenant, name, settings }: TenantRow,
  own: Pick<MailDeps, 'store' | 'tokens' | 'issuer'>,
): MailDeps | undefined {
  if (!offersMail) return undefined
  const { logo_uri: logo } = tenantSettings(settings)
  return {
    ...own,
    name,
    now,
    message: (mail, lifetime) => mailMessage({ ...mail, logo }, delivery.leased(lifetime), outboxSeal({ sealer }, tenant)),
    deliver: (message) => delivery.deliver({ ...message, tenant }),
    inBackground: backgroundTasks.start,
  }
}

/** Signatures with secrets that the APIs of clients share with this tenant. */
function sharedKeysOf({ sealer, installation, reseal }: AppDeps, row: TenantRow, issuer: string): SigningSecrets {
  return sharedKeys({
    sealer,
    root: installation.key('client-signing-secret', row.id),
    markKey: installation.key('shared-key-issuance-mark', row.id),
    tenantId: row.id,
    issuer,
    reseal,
  })
}

/** The lifetimes of the configuration, except those that the tenant sets. */
function lifetimesOf({ lifetimes }: Config, { settings }: TenantRow): Config['lifetimes'] {
  return { ...lifetimes, ...tenantSettings(settings).lifetimes } as Config['lifetimes']
}

/** Undefined: there is no self-registration, which is also the case if addresses must be confirmed and no mail can be sent. */
function signUpRuleOf({ api }: Config, { settings }: TenantRow, mail: MailDeps | undefined): SignUpRule | undefined {
  const own = tenantSettings(settings)
  if (!api.sign_up || !own.sign_up) return undefined
  const address = own.sign_up_email ?? api.sign_up_email ?? (mail ? 'private' : 'unverified')
  return address === 'unverified' ? { address } : mail && { address, mail }
}

function settingsOf(
  { config, server }: AppDeps,
  row: TenantRow,
  own: Pick<TenantSettings, 'detailTypes'> & {
    schema: readonly Attribute[]
    signUp: SignUpRule | undefined
    offered: ReturnType<typeof offeredCredentials>
  },
): TenantSettings {
  const { schema, signUp, detailTypes, offered } = own
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
    signUp: signUp !== undefined && signUpAttributes(schema).closedBy.length === 0,
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

function cookiesOf({ config, server }: AppDeps, { slug }: TenantRow, maxAge: number): CookieJar {
  return cookieJar({ slug, secure: config.issuer.startsWith('https:'), maxAge, withState: has(server, 'sessionManagement') })
}

function signInOf(
  deps: AppDeps,
  row: TenantRow,
  own: Pick<SignInDeps, 'id'> & { store: Tenant['store']; tokens: TenantTokens; mail: MailDeps | undefined },
): SignInDeps {
  const { store, tokens, id, mail } = own
  const { config, platform, sealer, passwords } = deps
  const { random } = platform
  const { session_idle: idle, session_absolute: absolute } = lifetimesOf(config, row)
  const { account, address, tenant } = config.limits.sign_in
  const flows = config.limits.flows_per_address
  return {
    store,
    tokens,
    passwords,
    factorCrypto: {
      ...totpCrypto({ sealer: sealer, tenantId: row.id, random }),
      ...webAuthn({ issuer: config.issuer, name: row.name }),
      recoveryCode: () => recoveryCode(random),
    },
    name: row.name,
    secondFactor: secondFactorOf(config, row),
    lifetimes: { idle, absolute },
    limits: { account, address, tenant, flows, registrations: config.registration.per_address },
    pseudonym: tokens.pseudonym,
    upstreams: () => signInUpstreams(store),
    tellOfRequest: tellingOfRequests(deps, row, { store, mail }),
    async subjectOfUpstream(connection, name) {
      const isEnabled = (await store.connections.find(connection))?.enabled === true
      return isEnabled ? (await store.upstreamIdentities.find(connection, name))?.subject : undefined
    },
    id,
    notify: async (news, account) => mail && sendNotice(mail, news, account),
  }
}

/** A tenant can require a second factor where the deployment does not, but not the other way round. */
function secondFactorOf(config: Config, { settings }: TenantRow): SignInDeps['secondFactor'] {
  return tenantSettings(settings).second_factor === 'required' ? 'required' : config.second_factor
}
