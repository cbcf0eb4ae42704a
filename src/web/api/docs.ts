/** `/openapi.json`, and the same for people at `/docs`. */
import type { Route, WebTenant } from '../http/route.ts'
import { type Description, docsView } from '../pages/docs/view.ts'
import type { JsonRoute } from './json-route.ts'
import { interfaceDescription } from './openapi.ts'

/** `shown`: the document alone, or the page too. */
export function docsRoutes(routes: readonly JsonRoute[], shown: 'none' | 'document' | 'page', version: string): Route[] {
  if (shown === 'none') return []
  const describe = interfaceDescription(routes)
  const described = ({ ctx, slug }: WebTenant) => describe({ issuer: ctx.issuer, isRoot: slug === '', server: ctx.server, version })
  const document: Route = {
    path: '/openapi.json',
    methods: ['GET'],
    audience: 'program',
    cors: 'any',
    handle: async (tenant) => ({ kind: 'json', status: 200, body: described(tenant) }),
  }
  const page: Route = {
    path: '/docs',
    methods: ['GET'],
    audience: 'person',
    handle: async (tenant) => ({ kind: 'view', view: docsView(described(tenant) as Description, tenant.base) }),
  }
  return shown === 'page' ? [document, page] : [document]
}
