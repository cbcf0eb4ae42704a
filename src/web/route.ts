/** What the door serves: an endpoint of the rules, or a form of our own pages, within one tenant. */
import type { AccountRoom } from '../identity/accounts.ts'
import type { SignIn } from '../identity/sign-in.ts'
import type { Ctx, Endpoint } from '../protocol/feature.ts'
import type { Reply, Request } from '../protocol/request-reply.ts'
import type { CookieJar } from './cookies.ts'

/** One tenant, as the door sees it. */
export interface TenantRoom {
  ctx: Ctx
  signIn: SignIn
  accounts: AccountRoom
  cookies: CookieJar
  /** Path of the issuer: '' or '/t/acme'. */
  base: string
  slug: string
}

export type Route = Omit<Endpoint, 'handle'> & { handle(room: TenantRoom, request: Request): Promise<Reply> }

export function routeOf(endpoint: Endpoint): Route {
  return { ...endpoint, handle: (room, request) => endpoint.handle(room.ctx, request) }
}

/** The same routes again at their other addresses, by address. One whose route is not served is not there; none is advertised. */
export function aliasesOf(routes: readonly Route[], paths: Readonly<Record<string, string>>): Route[] {
  return Object.entries(paths).flatMap(([alias, path]) =>
    routes.filter((route) => route.path === path).map((route) => ({ ...route, path: alias })),
  )
}
