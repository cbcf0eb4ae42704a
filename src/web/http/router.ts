/** Which route serves a request: a tenant by the path of its issuer, and a route by the rest of the path. */
import type { ServerResponse } from 'node:http'
import findMyWay, { type HTTPMethod } from 'find-my-way'
import type { HttpRequest } from './http-request.ts'
import type { Route } from './route.ts'

/** What answers the requests to a route. */
export interface Handler {
  handle(req: HttpRequest, to: ServerResponse): Promise<void>
  /** What a body is, other than a form. */
  body?: Route['body']
}

export interface Found {
  /** The tenant that the path names, '' being the root. */
  slug: string
  params: Readonly<Record<string, string>>
  /** Undefined: there is no such route, or the path is not well-formed. */
  handler: Handler | undefined
}

export interface Router {
  /** Below the path of every issuer. `:name` in a path stands for one segment. GET routes answer HEAD too. */
  on(methods: readonly string[], path: string, handler: Handler): void
  /** Once on this server. */
  onServer(path: string, handle: Handler['handle']): void
  find(method: string, url: string): Found
  /** The methods that the routes at this URL support. */
  methodsAt(url: string): string[]
}

/** Longest value in a path, in characters. */
const maxParamLength = 1000
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** `base`: path of the root issuer. */
export function createRouter(base: string): Router {
  const [ofIssuers, ofServer, withValues] = [fixedPaths(), fixedPaths(), pathsWithValues()]
  const split = issuerPaths(base)

  function find(method: string, url: string): Found {
    const { slug, rest } = split(url)
    const handler = (rest === undefined ? undefined : ofIssuers.find(method, rest)) ?? ofServer.find(method, url)
    if (handler || rest === undefined) return { slug, params: {}, handler }
    return { slug, ...withValues.find(method, rest) }
  }

  return {
    on(supported, path, handler) {
      const all = supported.includes('GET') ? [...supported, 'HEAD'] : supported
      if (path.includes(':')) withValues.on(all, path, handler)
      else ofIssuers.on(all, path, handler)
    },
    onServer: (path, handle) => ofServer.on(['GET', 'HEAD'], path, { handle }),
    find,
    methodsAt: (url) => methods.filter((method) => find(method, url).handler !== undefined),
  }
}

function fixedPaths() {
  const handlers = new Map<string, Map<string, Handler>>()
  return {
    on(supported: readonly string[], path: string, handler: Handler): void {
      const here = handlers.get(path) ?? new Map<string, Handler>()
      handlers.set(path, here)
      for (const method of supported) {
        if (here.has(method)) throw new Error(`there are two routes for ${method} ${path}`)
        here.set(method, handler)
      }
    },
    find(method: string, url: string): Handler | undefined {
      return (handlers.get(url) ?? handlers.get(pathOf(url)))?.get(method)
    },
  }
}

/** Their tree is made for the first request that no fixed path serves: a start need not wait for it. */
function pathsWithValues() {
  const routes: [methods: HTTPMethod[], path: string, handler: Handler][] = []
  let tree: ReturnType<typeof findMyWay> | undefined

  function treeOf(): ReturnType<typeof findMyWay> {
    const made = findMyWay({ maxParamLength, querystringParser: () => ({}) }) // Params reads the query, to detect repeated names
    const unused = () => {}
    for (const [all, path, handler] of routes) made.on(all, path, unused, handler)
    return made
  }

  return {
    on: (all: readonly string[], path: string, handler: Handler) => void routes.push([all as HTTPMethod[], path, handler]),
    find(method: string, url: string): Pick<Found, 'params' | 'handler'> {
      tree ??= treeOf()
      const found = tree.find(method as HTTPMethod, url)
      return { params: (found?.params ?? {}) as Found['params'], handler: found?.store as Handler | undefined }
    },
  }
}

/** What separates parts of a URL stays escaped, as find-my-way has it. Empty where it is not well-formed. */
function pathOf(url: string): string {
  const [path = ''] = url.replace(origin, '').split(/[?#]/, 1)
  try {
    return decodeURI(path)
  } catch {
    return ''
  }
}

/** Of an absolute URL, RFC 9112 §3.2.2. */
const origin = /^https?:\/\/[^/?#]+/i

/**
 * Takes the path of a tenant's issuer from a URL: `/t/acme` stands before what is below it, and after the name of a well-known document —
 * RFC 8414 §3.1. Discovery §4 puts it before that too. `rest`: undefined where no issuer of ours can be.
 */
export function issuerPaths(base: string): (url: string) => { slug: string; rest: string | undefined } {
  const issuer = `${RegExp.escape(base)}(?:/t/(?<slug>[^/?#]{1,${maxParamLength}})(?![^/?#]))?`
  const before = new RegExp(`^${issuer}(?=[/?#]|$)`)
  const after = new RegExp(`^(?<document>/\\.well-known/[^/?#]+)${issuer}(?=[?#]|$)`)
  return (target) => {
    const url = target.replace(origin, '')
    const found = after.exec(url) ?? before.exec(url)
    const slug = decoded(found?.groups?.['slug'] ?? '')
    if (!found || slug === undefined) return { slug: '', rest: undefined }
    const rest = (found.groups?.['document'] ?? '') + url.slice(found[0].length)
    return { slug, rest: rest.startsWith('/') ? rest : `/${rest}` }
  }
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
