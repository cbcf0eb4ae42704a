/** Every route of the JSON APIs as a value, for tests that go through all of them. None is called from here. */
import { everyRoute } from '../../src/web/api/every-route.ts'
import type { CompatDeps } from '../../src/web/compat/auto-authn.ts'

const compat: CompatDeps = {
  tenant: async () => undefined,
  tenants: {} as CompatDeps['tenants'],
  createTenant: async () => undefined,
  openTenants: false,
  withoutClient: false,
  version: '0',
}

/** As where nobody may make tenants without being asked who they are. */
export const jsonRoutes = everyRoute(compat)
