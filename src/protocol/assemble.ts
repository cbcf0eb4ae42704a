/** From features to a server: its tables, and the metadata document that is read from them — RFC 8414. */
import type { Ctx, Endpoint, Feature, Server } from './feature.ts'

/** Builds the server's tables from the enabled features, refusing contradictions at start. */
export function assemble(features: readonly Feature[]): Server {
  const present = new Set(features.map((f) => f.id))
  for (const f of features) {
    for (const id of f.requires ?? []) if (!present.has(id)) throw new Error(`feature ${f.id} requires ${id}`)
  }
  return {
    features,
    having: collected(features),
    endpoints: table(features, 'endpoints', (e) => e.path),
    grantTypes: table(features, 'grantTypes', (g) => g.name),
    clientAuth: table(features, 'clientAuth', (a) => a.method),
    responseTypes: table(features, 'responseTypes', (t) => t.name),
    responseModes: table(features, 'responseModes', (m) => m.name),
    credentials: table(features, 'credentials', (c) => c.header),
    assertionTypes: table(features, 'assertionTypes', (t) => t.typ),
    mayRepeat: new Set(features.flatMap((f) => f.mayRepeat ?? [])),
    parameters: new Set(features.flatMap((f) => f.parameters ?? [])),
    lasting: features.flatMap((f) => f.lasting ?? []),
    tokenSchemes: ['bearer', ...features.flatMap((f) => f.tokenSchemes ?? [])],
    corsHeaders: {
      request: ['Authorization', 'Content-Type', ...features.flatMap((f) => f.corsHeaders?.request ?? [])],
      response: ['WWW-Authenticate', 'Retry-After', ...features.flatMap((f) => f.corsHeaders?.response ?? [])],
    },
    scopes: Object.assign(Object.create(null), ...features.map((f) => f.scopes)), // so that names such as constructor are not found
  }
}

function collected(features: readonly Feature[]): Server['having'] {
  const lists = new Map<keyof Feature, readonly Feature[]>()
  return <K extends keyof Feature>(hook: K) => {
    const known = lists.get(hook) ?? features.filter((feature) => feature[hook] !== undefined)
    lists.set(hook, known)
    return known as readonly (Feature & Required<Pick<Feature, K>>)[]
  }
}

type Tables = 'endpoints' | 'grantTypes' | 'clientAuth' | 'responseTypes' | 'responseModes' | 'credentials' | 'assertionTypes'
type Item<K extends Tables> = NonNullable<Feature[K]>[number]

function table<K extends Tables>(features: readonly Feature[], kind: K, key: (item: Item<K>) => string): ReadonlyMap<string, Item<K>> {
  const map = new Map<string, Item<K>>()
  for (const f of features) {
    for (const item of (f[kind] ?? []) as readonly Item<K>[]) {
      if (map.has(key(item))) throw new Error(`feature ${f.id} registers ${key(item)} a second time`)
      map.set(key(item), item)
    }
  }
  return map
}

/** The grant types that clients can be registered for: those that are redeemed, and those of response types alone. */
export function grantTypesOf({ grantTypes, responseTypes }: Pick<Server, 'grantTypes' | 'responseTypes'>): readonly string[] {
  return [...new Set([...grantTypes.keys(), ...[...responseTypes.values()].flatMap((type) => type.grantTypes)])]
}

/** The path under which metadata lists an endpoint: of one that takes an id, the part before it. */
export function advertisedPath({ path }: Pick<Endpoint, 'path'>): string {
  return path.replace(/\/:id$/, '')
}

/** RFC 8414 §2, OpenID Connect Discovery §3. Each list is read from the table that serves requests, so the two cannot differ. */
export function metadata(ctx: Ctx): Readonly<Record<string, unknown>> {
  const { server, issuer } = ctx
  const document: Record<string, unknown> = { issuer }
  for (const e of server.endpoints.values()) if (e.advertisedAs) document[e.advertisedAs] = issuer + advertisedPath(e)
  const authMethods = [...server.clientAuth.keys()]
  document['grant_types_supported'] = grantTypesOf(server).filter((name) => !ctx.tenant.withoutGrantTypes.includes(name))
  document['scopes_supported'] = Object.keys(ctx.tenant.scopes)
  for (const e of server.endpoints.values()) {
    if (e.clientAuth)
      document[`${e.advertisedAs}_auth_methods_supported`] = authMethods.filter((m) => e.clientAuth === 'any' || m !== 'none')
  }
  for (const f of server.having('metadata')) {
    for (const [name, value] of Object.entries(f.metadata(ctx))) {
      if (name in document) throw new Error(`feature ${f.id} contradicts ${name}`)
      document[name] = value
    }
  }
  return Object.fromEntries(Object.entries(document).filter(([, value]) => !Array.isArray(value) || value.length > 0)) // RFC 8414 §3.2
}
