/** A route of the HTTP listener: an endpoint of the protocol, or a page or API of ours, within one tenant. */

import type { PendingDeps } from '../../connections/pending.ts'
import type { Keyring } from '../../crypto/keyring.ts'
import type { TenantTokens } from '../../crypto/tokens.ts'
import type { AccountDeps } from '../../identity/accounts.ts'
import type { AttributeDeps } from '../../identity/attributes.ts'
import type { Origin } from '../../identity/audit.ts'
import type { MailDeps } from '../../identity/links.ts'
import type { WebhookDeps } from '../../identity/send-webhook.ts'
import type { SignInDeps } from '../../identity/sign-in.ts'
import type { SignUpRule } from '../../identity/sign-up.ts'
import type { IdentityStore } from '../../identity/store.ts'
import type { AuditEvent } from '../../protocol/audit-events.ts'
import type { Client } from '../../protocol/client.ts'
import type { CredentialStore } from '../../protocol/credentials.ts'
import type { Ctx, Endpoint } from '../../protocol/feature.ts'
import type { Store } from '../../protocol/ports.ts'
import type { AssignmentStore, ClientStore, GrantStore, InitialAccessTokenStore, ResourceStore } from '../../protocol/registry.ts'
import type { Reply, Request, RequestBody } from '../../protocol/request-reply.ts'
import type { TrustedIssuerStore } from '../../protocol/trusted-issuer.ts'
import type { VaultDeps } from '../../vault/deps.ts'
import type { View } from '../pages/layout.ts'
import type { CookieJar } from './cookies.ts'

/** One tenant, as HTTP routes use it. */
export interface WebTenant {
  ctx: Ctx
  signIn: SignInDeps
  accounts: AccountDeps
  attributes: AttributeDeps
  /** Stored data, without the clients and resources that follow from the configuration. */
  store: Pick<Store, 'clients' | 'eventStreams' | 'resources' | 'federation' | 'trustMarks' | 'trustedIssuers'> &
    TrustedIssuerStore &
    ClientStore &
    InitialAccessTokenStore &
    ResourceStore &
    GrantStore &
    AssignmentStore &
    CredentialStore &
    Pick<IdentityStore, 'audit'>
  keyring: Keyring
  /** Absent where the tenant takes part in no federation. */
  federationKeyring: Keyring | undefined
  /** Upstream providers. */
  connections: PendingDeps
  /** Where events of the audit log are sent. */
  webhooks: WebhookDeps
  /** Tokens of upstream providers. */
  vault: VaultDeps
  tokens: TenantTokens
  /** A new random password that a person can type. */
  readablePassword(): string
  cookies: CookieJar
  /** Absent where no mail can be sent. */
  mail: MailDeps | undefined
  /** A forgotten password can be reset by a link in a mail. */
  recovery: boolean
  /** Path of the issuer: '' or '/t/acme'. */
  base: string
  slug: string
  /** The tenant's id: never changes, never reused. */
  org: string
  /** The client of the tokens of the sign-in API. */
  firstParty: Client
  /** How people register; absent where self-registration is off. */
  signUp: SignUpRule | undefined
  /** People may delete their own accounts. */
  accountDeletion: boolean
  /** The sign-in API accepts widely used passwords. */
  popularPasswords: boolean
  /** Writes into the audit log. */
  recordAudit(auditEvents: readonly AuditEvent[], from: Origin | undefined): Promise<void>
}

/** A page that is not one of the protocol's. */
export interface ViewReply extends Pick<Reply, 'headers' | 'remember' | 'auditEvents' | 'refusal'> {
  kind: 'view'
  /** 200 when absent. */
  status?: number
  view: View
}

export type Route = Omit<Endpoint, 'handle'> & {
  /** In place of `audience`, for a request with a JSON body. */
  audienceOf?: (json: string) => Endpoint['audience']
  handle(tenant: WebTenant, request: Request, body: RequestBody): Promise<Reply | ViewReply>
}

export function routeOf(endpoint: Endpoint): Route {
  return { ...endpoint, handle: (tenant, request, sent) => endpoint.handle(tenant.ctx, request, sent) }
}

/** The same routes under other paths, alias by path. An alias of a route that is not served does not exist. None is in the metadata. */
export function aliasesOf(routes: readonly Route[], paths: Readonly<Record<string, string>>): Route[] {
  return Object.entries(paths).flatMap(([alias, path]) =>
    routes.filter((route) => route.path === path).map((route) => ({ ...route, path: alias })),
  )
}
