/** Client password — RFC 6749 §2.3.1: client_secret_basic and client_secret_post; and public clients: none. */
import { isUtf8 } from 'node:buffer'
import type { Client } from '../client.ts'
import { refuseClient } from '../client-auth.ts'
import { refuse } from '../errors.ts'
import type { ClientAuth, Ctx, Feature } from '../feature.ts'
import type { Request } from '../request-reply.ts'

const basic: ClientAuth = {
  method: 'client_secret_basic',
  async authenticate(ctx, { headers }) {
    const header = headers['authorization']
    if (typeof header !== 'string' || !/^basic /i.test(header)) return undefined
    const decoded = fromBase64(header.slice(6).trim())
    const colon = decoded?.indexOf(':') ?? -1
    if (decoded === undefined || colon < 0)
      refuse('invalid_request', 'the Authorization header is not Basic base64(client_id:client_secret)')
    return check(ctx, formDecode(decoded.slice(0, colon)), formDecode(decoded.slice(colon + 1)))
  },
}

const post: ClientAuth = {
  method: 'client_secret_post',
  async authenticate(ctx, { params }) {
    const secret = params.get('client_secret')
    return secret === undefined ? undefined : check(ctx, params.need('client_id'), secret)
  },
}

const none: ClientAuth = {
  method: 'none',
  async authenticate(ctx, { params, headers }) {
    const id = params.get('client_id')
    if (id === undefined || showsCredential({ params, headers })) return undefined
    return (await ctx.store.clients.find(id)) ?? refuseClient('unknown client')
  },
}

function showsCredential({ params, headers }: Pick<Request, 'params' | 'headers'>): boolean {
  return params.get('client_secret') !== undefined || params.get('client_assertion') !== undefined || headers['authorization'] !== undefined
}

/** The same work whether the client is unknown or the secret wrong. */
async function check(ctx: Ctx, id: string, secret: string): Promise<Client> {
  const client = await ctx.store.clients.find(id)
  const matches = ctx.tokens.matchesSecret(secret, client?.secretHashes)
  return client && matches ? client : refuseClient(client ? 'wrong secret' : 'unknown client')
}

/** The text; undefined when it is not exactly base64 of UTF-8: Node's own decoders forgive. RFC 7617 §2, RFC 4648 §3.3. */
function fromBase64(encoded: string): string | undefined {
  const bytes = Buffer.from(encoded, 'base64')
  return bytes.toString('base64') === encoded && isUtf8(bytes) ? bytes.toString() : undefined
}

/** RFC 6749 Appendix B. */
function formDecode(text: string): string {
  try {
    const decoded = decodeURIComponent(text.replaceAll('+', ' '))
    if (!decoded.includes('\0')) return decoded
  } catch {
    // Told below.
  }
  return refuse('invalid_request', 'the Basic credentials are not form-encoded; write % as %25')
}

export function clientSecret(): Feature {
  return { id: 'clientSecret', spec: 'RFC 6749 §2.3.1', clientAuth: [basic, post, none] }
}
