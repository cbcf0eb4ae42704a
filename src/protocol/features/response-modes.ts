/** Response modes query and fragment — OAuth 2.0 Multiple Response Type Encoding Practices §2.1. */
import type { Feature, ResponseMode } from '../feature.ts'

const query: ResponseMode = {
  name: 'query',
  insteadOfQuery: 'fragment',
  reply: async (_ctx, { redirectUri }, answer) => ({
    kind: 'redirect',
    to: `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${encode(answer)}`,
  }),
}

const fragment: ResponseMode = {
  name: 'fragment',
  reply: async (_ctx, { redirectUri }, answer) => ({ kind: 'redirect', to: `${redirectUri}#${encode(answer)}` }),
}

/** The registered URI stays as it is, byte for byte. */
function encode(answer: Readonly<Record<string, string>>): string {
  return new URLSearchParams(answer).toString()
}

export function responseModes(): Feature {
  return { id: 'responseModes', spec: 'OAuth 2.0 Multiple Response Type Encoding Practices', responseModes: [query, fragment] }
}
