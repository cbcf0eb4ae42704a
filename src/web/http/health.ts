/** Liveness, readiness and version, for operators. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type HttpState, headersOf } from './headers.ts'
import { finish } from './send.ts'

export function healthRoutes(app: FastifyInstance, state: HttpState): void {
  const answer = (req: FastifyRequest, reply: FastifyReply, status: number, body: object | string) => {
    const headers = { ...headersOf(state, req), 'content-type': 'application/json', 'cache-control': 'no-store' }
    return finish(reply, status, status === 503 ? { ...headers, 'retry-after': '5' } : headers, JSON.stringify(body))
  }
  app.get('/healthz', async (req, reply) => answer(req, reply, 200, { status: 'alive' }))
  app.get('/readyz', async (req, reply) => {
    const readiness = await state.deps.ready()
    return answer(req, reply, readiness.status === 'not ready' ? 503 : 200, readiness)
  })
  const { version } = state.deps
  app.get('/health', async (req, reply) => answer(req, reply, 200, 'OK'))
  app.get('/health/ready', async (req, reply) => {
    const readiness = await state.deps.ready()
    if (readiness.status !== 'not ready')
      return answer(req, reply, 200, { data: { app_name: 'gatehouse', app_version: version, database_status: 'connected' } })
    const failure = { error: 'Readiness check failed', code: 'readiness_check_failed', reason: readiness.reason }
    return answer(req, reply, 503, { ...failure, details: { database: 'disconnected' } })
  })
  app.get('/version', async (req, reply) =>
    answer(req, reply, 200, {
      ...{ name: 'gatehouse', version, node: process.versions.node },
      data: { app_name: 'gatehouse', app_version: version },
    }),
  )
}
