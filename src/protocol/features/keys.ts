/** The tenant's public keys — RFC 7517, published as RFC 8414 §2 requires. */
import type { Endpoint, Feature } from '../feature.ts'

/** A set is serialised once, however often it is asked for. */
const written = new WeakMap<object, string>()

function textOf(set: object): string {
  const known = written.get(set) ?? JSON.stringify(set)
  written.set(set, known)
  return known
}

const endpoint: Endpoint = {
  path: '/.well-known/jwks.json',
  advertisedAs: 'jwks_uri',
  methods: ['GET'],
  audience: 'program',
  cors: 'any',
  async handle(ctx) {
    const text = textOf(await ctx.keys.jwks(ctx.now()))
    return {
      kind: 'text',
      status: 200,
      type: 'application/json',
      text,
      headers: { 'cache-control': 'public, max-age=3600, stale-while-revalidate=3600' },
    }
  },
}

export function keys(): Feature {
  return { id: 'keys', spec: 'RFC 7517', endpoints: [endpoint] }
}
