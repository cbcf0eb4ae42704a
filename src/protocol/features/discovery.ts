/** Server metadata — RFC 8414 and OpenID Connect Discovery 1.0 §4: one document at both well-known URLs. */
import { metadata } from '../assemble.ts'
import type { Ctx, Endpoint, Feature } from '../feature.ts'

/** Metadata does not change while the server runs, so it is serialised once for each tenant that is in use. */
const written = new WeakMap<Ctx, string>()

function document(ctx: Ctx): string {
  const known = written.get(ctx)
  if (known !== undefined) return known
  const text = JSON.stringify(metadata(ctx), null, 2)
  written.set(ctx, text)
  return text
}

const at = (path: string): Endpoint => ({
  path,
  methods: ['GET'],
  audience: 'program',
  cors: 'any',
  handle: async (ctx) => ({
    kind: 'text',
    status: 200,
    type: 'application/json',
    text: document(ctx),
    headers: { 'cache-control': 'public, max-age=3600' },
  }),
})

export function discovery(): Feature {
  return {
    id: 'discovery',
    spec: 'RFC 8414',
    endpoints: [at('/.well-known/oauth-authorization-server'), at('/.well-known/openid-configuration')],
  }
}
