/** The guard in Fastify: `app.guard({ scopes })` before a route, `request.caller` in it. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Caller } from './caller.ts'
import { Refused } from './challenge.ts'
import type { Guard } from './guard.ts'
import { metadataHeaders } from './metadata.ts'
import { type Need, nodeRequest } from './request.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** For `onRequest`, before the body is read, or `preHandler`. */
    guard(need?: Need): (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>
  }
  interface FastifyRequest {
    /** The caller. Throws in a route without a guard. */
    readonly caller: Caller
  }
}

/** A plugin: `await app.register(fastifyGuard(guard))`, without a prefix, because it serves the metadata at its well-known path. */
export function fastifyGuard(guard: Guard): (app: FastifyInstance) => Promise<void> {
  const callers = new WeakMap<FastifyRequest, Caller>()
  const plugin = async (app: FastifyInstance) => {
    app.decorateRequest('caller', {
      getter() {
        const caller = callers.get(this as FastifyRequest)
        if (!caller) throw new Error('this route has no guard: give it app.guard()')
        return caller
      },
    })
    app.decorate('guard', (need?: Need) => {
      const check = guard.require(need)
      return async (request: FastifyRequest, reply: FastifyReply) => {
        try {
          const { method, headers, originalUrl, raw } = request
          callers.set(request, await check(nodeRequest({ method, headers, rawHeaders: raw.rawHeaders, socket: raw.socket }, originalUrl)))
        } catch (error) {
          if (!(error instanceof Refused)) throw error
          if (error.status === 503) request.log.warn({ err: error.cause }, error.description)
          return reply.code(error.status).headers(error.headers).send(error.body)
        }
      }
    })
    app.get(guard.metadataPath, (_request, reply) => reply.headers(metadataHeaders).send(guard.metadata()))
  }
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true }) // for the whole app, not only the plugin's scope
}
