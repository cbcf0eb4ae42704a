/** What never reaches a route: unknown paths and methods, bodies that are too large or of another kind. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { errorReply } from '../../protocol/error-reply.ts'
import { asOAuthError, type ErrorCode, OAuthError } from '../../protocol/errors.ts'
import { Problem, problemDocument } from '../api/problem.ts'
import { type HttpState, headersOf } from './headers.ts'
import { type ResponseContext, send } from './send.ts'

export function refuseOddRequests(app: FastifyInstance, state: HttpState, base: string): void {
  const { deps } = state
  const patterns = deps.routes.map((route) => ({
    route,
    pattern: new RegExp(`^${route.path.replaceAll('.', '\\.').replace(/:\w+/g, '[^/]+')}$`),
  }))
  const routesAt = (url: string | undefined) => {
    const path = (url ?? '').split('?', 1)[0] as string
    const below = path.slice(base.length).replace(/^\/t\/[^/]+/, '')
    return patterns.filter(({ pattern }) => pattern.test(below)).map(({ route }) => route)
  }

  app.setNotFoundHandler((req, reply) => {
    const allowed = routesAt(req.raw.url).flatMap((route) => route.methods)
    if (allowed.length === 0 || allowed.some((method) => method === req.method))
      return sendError(state, req, reply, 'not_found', 'there is nothing at this address')
    const description = 'this address does not answer that method; the allow header says which it does'
    return sendError(state, req, reply, 'method_not_allowed', description, { allow: allowed.join(', ') })
  })

  app.setErrorHandler((error: FastifyError, req, reply) => {
    const status = error.statusCode ?? 500
    const [route] = routesAt(req.raw.url)
    if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' && route?.body === 'json') {
      const problem = new Problem(415, 'invalid_request', 'send the body as application/json')
      return send(reply, problemDocument(problem, errorReply(problem, 'api', deps.issuer), deps.issuer), plainContext(state, req))
    }
    if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
      return sendError(state, req, reply, 'invalid_request', 'send the parameters as application/x-www-form-urlencoded')
    if (status === 413) return sendError(state, req, reply, 'content_too_large', 'the request is larger than this server accepts')
    if (status < 500) return sendError(state, req, reply, 'invalid_request', 'the request is not well-formed HTTP')
    deps.log.error({ id: req.id, method: req.method, err: error }, 'failed')
    const fault = asOAuthError(error)
    return sendError(state, req, reply, fault.code, fault.description)
  })
}

/** An address that no route can be found for: percent encoding that is none, a name that is too long. No hook has run yet. */
export function refuseOddAddress(state: HttpState, req: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendError(state, req, reply, 'not_found', 'there is nothing at this address')
}

/** A browser that asks for pages sees one; a program reads JSON. */
function sendError(
  state: HttpState,
  req: FastifyRequest,
  reply: FastifyReply,
  code: ErrorCode,
  description: string,
  headers: Readonly<Record<string, string>> = {},
): FastifyReply {
  const audience = req.headers.accept?.includes('text/html') ? 'person' : 'program'
  const answer = errorReply(new OAuthError(code, description), audience, state.deps.issuer)
  return send(reply, answer, plainContext(state, req, headers))
}

function plainContext(state: HttpState, req: FastifyRequest, headers: Readonly<Record<string, string>> = {}): ResponseContext {
  return {
    tenant: 'Gatehouse',
    base: '',
    nonce: req.id,
    recovery: false,
    signUp: false,
    account: false,
    headers: { ...headersOf(state, req), ...headers },
  }
}
