/** What the door serves: an endpoint of the rules, or a form of our own pages, within one tenant. */

import type { Keyring } from '../../crypto/keyring.ts'
import type { TenantTokens } from '../../crypto/tokens.ts'
import type { AccountDeps } from '../../identity/accounts.ts'
import type { AttributeDeps } from '../../identity/attributes.ts'
import type { Origin } from '../../identity/audit.ts'
import type { MailDeps } from '../../identity/links.ts'
import type { SignInDeps } from '../../identity/sign-in.ts'
import type { SignUpRule } from '../../identity/sign-up.ts'
import type { IdentityStore } from '../../identity/store.ts'
import type { AuditEvent } from '../../protocol/audit-events.ts'
import type { Client } from '../../protocol/client.ts'
import type { Ctx, Endpoint } from '../../protocol/feature.ts'
import type { Store } from '../../protocol/ports.ts'
import type { ClientStore, GrantStore, ResourceStore } from '../../protocol/registry.ts'
import type { Reply, Request } from '../../protocol/request-reply.ts'
import type { View } from '../pages/layout.ts'
import type { CookieJar } from './cookies.ts'

/** One tenant, as the door sees it. */
export interface WebTenant {
  ctx: Ctx
  signIn: SignInDeps
  accounts: AccountDeps
  attributes: AttributeDeps
  /** What is kept of it, nothing of which is computed. */
  store: Pick<Store, 'clients' | 'resources'> & ClientStore & ResourceStore & GrantStore & Pick<IdentityStore, 'audit'>
  keyring: Keyring
  tokens: TenantTokens
  /** A password to be read out to a person. */
  readablePassword(): string
  cookies: CookieJar
  /** Absent where no mail can be sent. */
  mail: MailDeps | undefined
  /** Path of the issuer: '' or '/t/acme'. */
  base: string
  slug: string
  /** The tenant's id: never changes, never reused. */
  org: string
  /** The client as which our own sign-in API gets its tokens. */
  firstParty: Client
  /** How anyone makes an account of their own; absent where nobody may. */
  signUp: SignUpRule | undefined
  /** May people delete their own accounts? */
  accountDeletion: boolean
  /** At the sign-in API, may people choose a password that many people use? */
  popularPasswords: boolean
  /** Writes into the audit log. */
  recordAudit(auditEvents: readonly AuditEvent[], from: Origin | undefined): Promise<void>
}

/** What a request has beyond that of the rules. */
export interface RequestBody {
  /** Undefined: no JSON was sent. */
  json: unknown
  /** What stands for the `:names` of the path. */
  path: Readonly<Record<string, string>>
}

/** A page of the door's own, which no rule asks for. */
export interface ViewReply extends Pick<Reply, 'headers' | 'remember' | 'auditEvents'> {
  kind: 'view'
  /** 200 when absent. */
  status?: number
  view: View
}

export type Route = Omit<Endpoint, 'handle'> & {
  /** What its body may be; a form when absent. */
  body?: 'json' | 'either'
  handle(tenant: WebTenant, request: Request, body: RequestBody): Promise<Reply | ViewReply>
}

export function routeOf(endpoint: Endpoint): Route {
  return { ...endpoint, handle: (tenant, request) => endpoint.handle(tenant.ctx, request) }
}

/** The same routes again at their other addresses, by address. One whose route is not served is not there; none is advertised. */
export function aliasesOf(routes: readonly Route[], paths: Readonly<Record<string, string>>): Route[] {
  return Object.entries(paths).flatMap(([alias, path]) =>
    routes.filter((route) => route.path === path).map((route) => ({ ...route, path: alias })),
  )
}
