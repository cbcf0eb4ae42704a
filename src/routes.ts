/** Every route of the server: those of the rules, the pages, the account page, the JSON APIs and the APIs of other servers. */
import type { Config } from './config/schema.ts'
import { demoAddresses, demoMachine } from './demo-constants.ts'
import type { Server } from './protocol/feature.ts'
import type { TenantDirectory } from './tenant-directory.ts'
import { version } from './version.ts'
import { accountRoutes } from './web/account/routes.ts'
import { docsRoutes } from './web/api/docs.ts'
import { everyRoute } from './web/api/every-route.ts'
import { authManager } from './web/compat/auth-manager.ts'
import { authleteAuthorization, authletePaths } from './web/compat/authlete.ts'
import { type CompatDeps, withoutClients } from './web/compat/auto-authn.ts'
import { picoAuthPaths } from './web/compat/pico-auth.ts'
import { withSharedRegister } from './web/compat/register.ts'
import { type HomeOptions, homeRoutes } from './web/home.ts'
import { aliasesOf, type Route, routeOf } from './web/http/route.ts'
import { linkRoutes } from './web/sign-in/links.ts'
import { signUpLinks, signUpSteps } from './web/sign-in/sign-up.ts'
import { steps } from './web/sign-in/steps.ts'
import { callbackRoutes } from './web/upstream/callback.ts'
import { upstreamLogout } from './web/upstream/logout.ts'
import { signInRoute } from './web/upstream/sign-in.ts'

interface RouteDeps {
  server: Server
  tenants: TenantDirectory
  /** The active tenant with this slug. */
  tenant: CompatDeps['tenant']
  /** Development mode: the mails of this process that were stored in a folder. */
  sentMails: HomeOptions['sentMails']
}

/** `offersMail`: the links in mails have routes. Some routes have a second path, which another server has for them. */
export function everyPath(deps: RouteDeps & { offersMail: boolean }, config: Config): Route[] {
  const routes = routesOf(deps, config)
  return [
    ...routes,
    ...(deps.offersMail ? [...linkRoutes, ...signUpLinks] : []),
    ...aliasesOf(routes, { ...authletePaths, ...picoAuthPaths }),
    ...authleteAuthorization(routes),
  ]
}

function routesOf({ server, tenant, tenants, sentMails }: RouteDeps, { api, demo, auth_manager }: Config): Route[] {
  const createTenant: CompatDeps['createTenant'] = async (ask) => ((await tenants.create(ask)) ? (await tenant(ask.slug))?.org : undefined)
  const compat: CompatDeps = { tenant, tenants, createTenant, openTenants: api.open_tenants, withoutClient: api.without_client, version }
  const { connection, state_seconds: stateLifetime, redirect_uri: redirectUri } = auth_manager
  const json = everyRoute(compat)
  const rules = [...server.endpoints.values()].map(routeOf)
  const pages = server.grantTypes.has('authorization_code') ? [...steps, ...signUpSteps, signInRoute] : []
  const account = server.responseTypes.has('none') ? accountRoutes : []
  const offers = { application: demo.application ? demoAddresses.application : undefined, machine: demoMachine, docs: api.docs === 'page' }
  const home = homeRoutes({
    development: demo.help ? { ...offers, mails: sentMails !== undefined } : undefined,
    account: account.length > 0,
    sentMails,
  })
  return [
    ...home,
    ...withSharedRegister(withoutClients(rules, compat), json),
    ...pages,
    ...account,
    ...callbackRoutes,
    upstreamLogout,
    ...authManager({ connection, stateLifetime, redirectUri }),
    ...docsRoutes(json, api.docs, version),
  ]
}
