/** Client password — RFC 6749 §2.3.1: client_secret_basic and client_secret_post; and public clients: none. */
import { readBasic } from '../basic.ts'
import type { Client } from '../client.ts'
import { refuseClient } from '../client-auth.ts'
import type { ClientAuth, Ctx, Feature } from '../feature.ts'
import type { Request } from '../request-reply.ts'

const basic: ClientAuth = {
  method: 'client_secret_basic',
  async authenticate(ctx, request) {
    const given = readBasic(request)
    return given && check(ctx, given.id, given.secret)
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
  const matches = await ctx.tokens.matchesSecret(secret, client?.secretHashes)
  return client && matches ? client : refuseClient(client ? 'wrong secret' : 'unknown client')
}

export function clientSecret(): Feature {
  return { id: 'clientSecret', spec: 'RFC 6749 §2.3.1', clientAuth: [basic, post, none] }
}
