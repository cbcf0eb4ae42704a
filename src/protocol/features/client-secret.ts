/** Client password — RFC 6749 §2.3.1: client_secret_basic and client_secret_post; and public clients: none. */
import { matchesOne, readBasic } from '../basic.ts'
import type { Client } from '../client.ts'
import type { ClientAuth, Ctx, Feature } from '../feature.ts'

const basic: ClientAuth = {
  method: 'client_secret_basic',
  carrier: 'authorization header',
  claimedClient: (_ctx, request) => readBasic(request)?.id,
  verify: (ctx, request, client) => checkSecret(ctx, client, readBasic(request)?.secrets ?? ['']),
}

const post: ClientAuth = {
  method: 'client_secret_post',
  carrier: 'client_secret',
  claimedClient: (_ctx, { params }) => (params.get('client_secret') === undefined ? undefined : params.need('client_id')),
  verify: (ctx, { params }, client) => checkSecret(ctx, client, [params.need('client_secret')]),
}

const none: ClientAuth = {
  method: 'none',
  carrier: 'client_id',
  claimedClient: (_ctx, { params }) => params.get('client_id'),
  verify: async () => undefined,
}

/** The same work whether the client is unknown or the secret wrong. */
async function checkSecret(ctx: Ctx, client: Client | undefined, secrets: readonly string[]): Promise<string | undefined> {
  return (await matchesOne(ctx, secrets, client?.secretHashes)) ? undefined : 'wrong secret'
}

export function clientSecret(): Feature {
  return { id: 'clientSecret', spec: 'RFC 6749 §2.3.1', clientAuth: [basic, post, none], serves: { client_secret_method: ['registered'] } }
}
