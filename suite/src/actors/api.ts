/** Calls an API of the target: RFC 6750, RFC 9470, RFC 9728. */
import { demand, json, NotApplicable, type Tokens } from '../expect.ts'
import type { Reply } from '../http/exchange.ts'
import type { Params } from '../http/form.ts'
import type { HttpRequest } from '../http/wire.ts'
import type { Api } from '../target/target.ts'
import type { Application } from './application.ts'
import type { Browser } from './browser.ts'

export interface ProtectedApi extends Api {
  /** Tokens of the client `web` for this API. */
  tokens(params?: Params, browser?: Browser): Promise<Tokens>
  call(accessToken?: string): Promise<Reply>
  /** Calls the URL that asks for a recent or stronger sign-in. */
  callStepUp(accessToken: string): Promise<Reply>
  /** Its metadata from the well-known URL, RFC 9728 §3.1. */
  metadata(): Promise<Reply>
}

export function protectedApi(api: Api, app: Application, send: (request: HttpRequest) => Promise<Reply>): ProtectedApi {
  const get = (url: string, accessToken?: string) =>
    send({ method: 'GET', url, headers: accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` } })
  return {
    ...api,
    tokens: (params, browser) => app.tokens({ resource: api.identifier, scope: `openid ${api.scope}`, ...params }, browser),
    call: (accessToken) => get(api.identifier, accessToken),
    callStepUp(accessToken) {
      if (api.step_up_url === undefined) throw new NotApplicable('the API has no step_up_url')
      return get(api.step_up_url, accessToken)
    },
    metadata: () => get(wellKnown(api.identifier)),
  }
}

/** RFC 9728 §3.1. */
function wellKnown(identifier: string): string {
  const { origin, pathname, search } = new URL(identifier)
  return `${origin}/.well-known/oauth-protected-resource${pathname === '/' ? '' : pathname}${search}`
}

/** Parameters of the Bearer challenge of a 401 response. */
export function challengeOf({ status, headers }: Reply): Readonly<Record<string, string>> {
  demand(status === 401, `expected status 401, got ${status}`)
  const bearer = /(?:^|, *)bearer (.*)$/i.exec(headers['www-authenticate'] ?? '')?.[1]
  demand(bearer !== undefined, 'the answer has no WWW-Authenticate header for Bearer with parameters')
  return Object.fromEntries([...bearer.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]))
}

/** A metadata document, RFC 9728 §3.2. */
export function resourceMetadata(reply: Reply): Record<string, unknown> {
  demand(reply.status === 200, `the metadata came with status ${reply.status}`)
  return json(reply)
}
