/** Every route that the server under test serves, in the words of its source: a new one is tried without being named here. */
import { loadConfig } from '../../src/config/load.ts'
import { readFile } from '../../src/platform.ts'
import { assemble } from '../../src/protocol/assemble.ts'
import { enabled } from '../../src/protocol/features/index.ts'
import { everyPath } from '../../src/routes.ts'
import type { TenantDirectory } from '../../src/tenant-directory.ts'
import { settings } from './server.ts'

export interface ServedRoute {
  method: string
  /** With parameters in braces. */
  path: string
  /** A page or a form. */
  isPage: boolean
}

const health = ['/healthz', '/readyz', '/version']

function served(): ServedRoute[] {
  const loaded = loadConfig({ mode: 'dev', env: settings, readFile })
  if ('problems' in loaded) throw new Error(loaded.problems.join('\n'))
  const { config } = loaded
  const routes = everyPath(
    {
      server: assemble(enabled(config.features)),
      tenants: {} as TenantDirectory,
      tenant: async () => undefined,
      sentMails: () => [],
      offersMail: true,
    },
    config,
  )
  const ours = routes.flatMap(({ path, methods, audience }) =>
    methods.map((method) => ({ method, path: path.replace(/:(\w+)/g, '{$1}'), isPage: audience === 'person' })),
  )
  return [...ours, ...health.map((path) => ({ method: 'GET', path, isPage: false }))]
}

export const servedRoutes: readonly ServedRoute[] = served()

const patterns = servedRoutes.map(({ method, path }) => ({
  name: `${method} ${path}`,
  pattern: new RegExp(`^${method} ${path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
}))

/** The route of a request in the report, whatever the tenant. */
export function routeOf(method: string, target: string): string {
  const path = target.split('?', 1)[0]!.replace(/^\/t\/[^/]+/, '')
  const asked = `${method} ${path === '' ? '/' : path}`
  return (patterns.find(({ name }) => name === asked) ?? patterns.find(({ pattern }) => pattern.test(asked)))?.name ?? asked
}
