/** Liveness, readiness and version, for operators. */
import type { ServerResponse } from 'node:http'
import { type HttpState, headersOf } from './headers.ts'
import type { HttpRequest } from './http-request.ts'
import type { Router } from './router.ts'
import { finish } from './send.ts'

export function healthRoutes(router: Router, state: HttpState): void {
  const answer = (req: HttpRequest, to: ServerResponse, status: number, body: object | string) => {
    const headers = { ...headersOf(state, req), 'content-type': 'application/json', 'cache-control': 'no-store' }
    finish(to, status, status === 503 ? { ...headers, 'retry-after': '5' } : headers, JSON.stringify(body))
  }
  router.onServer('/healthz', async (req, to) => answer(req, to, 200, { status: 'alive' }))
  router.onServer('/readyz', async (req, to) => {
    const readiness = await state.deps.ready()
    return answer(req, to, readiness.status === 'not ready' ? 503 : 200, readiness)
  })
  const { version } = state.deps
  router.onServer('/health', async (req, to) => answer(req, to, 200, 'OK'))
  router.onServer('/health/ready', async (req, to) => {
    const readiness = await state.deps.ready()
    if (readiness.status !== 'not ready')
      return answer(req, to, 200, { data: { app_name: 'gatehouse', app_version: version, database_status: 'connected' } })
    const failure = { error: 'Readiness check failed', code: 'readiness_check_failed', reason: readiness.reason }
    return answer(req, to, 503, { ...failure, details: { database: 'disconnected' } })
  })
  router.onServer('/version', async (req, to) =>
    answer(req, to, 200, {
      ...{ name: 'gatehouse', version, node: process.versions.node },
      data: { app_name: 'gatehouse', app_version: version },
    }),
  )
}
