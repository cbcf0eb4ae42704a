/** Any running server, beside the others: `--peer NAME=URL`, where URL is its issuer, and a client of it that may use client_credentials. */
import type { Child } from './child.ts'
import type { Server } from './rows.ts'

/** `peer`: NAME=URL. `client`: ID:SECRET, for client_secret_basic. Rejects with a sentence that says what to change. */
export async function remoteServer(peer: string, client: string | undefined): Promise<Server> {
  const [, name, issuer] = /^([^=]+)=(https?:\/\/.+)$/.exec(peer) ?? []
  const [, id, secret] = /^([^:]+):(.+)$/.exec(client ?? '') ?? []
  if (!name || !issuer) throw new Error('--peer takes NAME=URL, with the issuer as URL')
  if (!id || !secret) throw new Error('--peer needs --peer-client ID:SECRET, a client with client_credentials and client_secret_basic')
  const discovery = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const response = await fetch(discovery)
  if (!response.ok) throw new Error(`${discovery} answers with status ${response.status}`)
  const { token_endpoint, jwks_uri } = (await response.json()) as Record<string, string>
  const pathOf = (url: string | undefined) => (url === undefined ? '/' : new URL(url).pathname)
  return {
    name,
    origin: new URL(token_endpoint ?? issuer).origin,
    child: unknownProcess,
    remote: { id, secret, paths: { token: pathOf(token_endpoint), discovery: pathOf(discovery), jwks: pathOf(jwks_uri) } },
  }
}

/** Its CPU time is not known. */
const unknownProcess: Child = {
  pid: 0,
  ask: async <T>() => Number.NaN as T,
  stop: async () => {},
}
