/** For whoever runs this: is it alive, can it serve, which one is it? */
import type { FastifyInstance } from 'fastify'
import type { House } from './house.ts'

export function healthRoutes(app: FastifyInstance, house: Pick<House, 'ready' | 'version'>): void {
  app.get('/healthz', (_req, reply) => reply.header('cache-control', 'no-store').send({ status: 'alive' }))
  app.get('/readyz', async (_req, reply) => {
    const reason = await house.ready()
    reply.header('cache-control', 'no-store')
    return reason === undefined
      ? reply.send({ status: 'ready' })
      : reply.code(503).header('retry-after', '5').send({ status: 'not ready', reason })
  })
  app.get('/version', (_req, reply) => reply.send({ name: 'gatehouse', version: house.version, node: process.versions.node }))
}
