/** What a client that registered itself is told — RFC 7591 §3.2.1, RFC 7592 §3. */
import type { ClientMetadata } from './client.ts'
import { hasSecret, signsWithSecret } from './client-secret-methods.ts'
import type { Ctx } from './feature.ts'
import { toldMetadata } from './registration.ts'
import type { Registration, SecretRow } from './registry.ts'
import type { JsonReply, Request } from './request-reply.ts'

/** Below the issuer: where a client looks after its registration. */
export const configurationPath = '/register/:id'

interface Told {
  client: ClientMetadata
  registration: Registration
  accessToken: string
  /** A new one; absent: it has none, or has it already. */
  secret: string | undefined
}

export function registrationReply(
  ctx: Ctx,
  { client, registration, accessToken, secret }: Told,
): JsonReply & { headers: Record<string, string> } {
  const { client_id } = client
  const configured = ctx.server.endpoints.has(configurationPath)
  return {
    kind: 'json',
    status: 200,
    headers: { 'cache-control': 'no-store', pragma: 'no-cache' },
    body: {
      client_id,
      client_id_issued_at: registration.at,
      ...(secret === undefined ? {} : { client_secret: secret }),
      ...(hasSecret(client) ? { client_secret_expires_at: 0 } : {}), // it does not expire
      ...(configured
        ? {
            registration_access_token: accessToken,
            registration_client_uri: ctx.issuer + configurationPath.replace(':id', encodeURIComponent(client_id)),
          }
        : {}),
      ...toldMetadata(client),
    },
  }
}

/** Undefined where the client authenticates without one. */
export function newSecretFor(ctx: Ctx, client: ClientMetadata): { row: SecretRow; shown: string } | undefined {
  if (!hasSecret(client)) return undefined
  const { text, stored } = ctx.tokens.newSecret(signsWithSecret(client))
  return { row: { id: ctx.id(), hash: stored, createdAt: ctx.now() }, shown: text }
}

/** What the request bears. RFC 6750 §2.1 */
export function bearerOf({ headers }: Request): string | undefined {
  const header = headers['authorization']
  if (header === undefined) return undefined
  return /^bearer +(\S+) *$/i.exec(String(header))?.[1] ?? ''
}
