/** Where providers send people back to: each connection has an address of its own, so that no answer can be taken for another's — RFC 9700 §4.4.2. */
import type { Connection } from '../../connections/connection.ts'
import { takeRequest } from '../../connections/pending.ts'
import { refuse } from '../../protocol/errors.ts'
import type { Params } from '../../protocol/params.ts'
import type { Reply, Request, RequestBody } from '../../protocol/request-reply.ts'
import type { Route, ViewReply, WebTenant } from '../http/route.ts'
import type { UpstreamAnswer } from './answer.ts'
import { finishConnecting } from './connect.ts'
import { finishSignIn } from './sign-in.ts'

const path = '/connections/:name/callback'

const callback: Route = {
  path,
  methods: ['GET'],
  audience: 'person',
  async handle(tenant, request, { path: { name = '' } }) {
    const answer = await answerTo(tenant, request, name)
    return answer.request.purpose === 'connect' ? finishConnecting(tenant, request, answer) : finishSignIn(tenant, request, answer)
  },
}

/** OAuth 2.0 Form Post Response Mode: it comes without cookies, which browsers send with the GET that follows. */
const postedCallback: Route = {
  path,
  methods: ['POST'],
  audience: 'person',
  async handle(tenant: WebTenant, { params }: Request, { path: { name = '' } }: RequestBody): Promise<Reply | ViewReply> {
    const known = ['code', 'state', 'iss', 'error', 'user'].flatMap((member) => params.all(member).map((value) => [member, value]))
    const query = new URLSearchParams(known as [string, string][])
    return { kind: 'redirect', to: `${tenant.ctx.issuer}/connections/${encodeURIComponent(name)}/callback?${query}` }
  },
}

/** Used up by the one browser that began the request. */
async function answerTo(tenant: WebTenant, { params, browser }: Request, name: string): Promise<UpstreamAnswer> {
  const unknown = 'this answer of another provider was used already, is too old or belongs to another browser; go back and start again'
  const taken = (await takeRequest(tenant.connections, params.get('state') ?? '')) ?? refuse('invalid_request', unknown)
  const { request } = taken
  const isThisBrowser = browser.id !== undefined && tenant.ctx.tokens.hash('br', browser.id) === request.browser
  const connection = await tenant.connections.store.connections.find(request.connection)
  if (request.purpose === 'consent' || request.connection !== name || !isThisBrowser || !connection?.enabled)
    refuse('invalid_request', unknown)
  return { ...taken, connection: connection as Connection, params: searchParams(params) }
}

function searchParams(params: Params): URLSearchParams {
  return new URLSearchParams([...params.entries()] as [string, string][])
}

export const callbackRoutes: readonly Route[] = [callback, postedCallback]
