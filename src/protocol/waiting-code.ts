/** Codes of requests whose answer a program waits for while a person gives it at a page of ours — RFC 8628 §3.5, CIBA Core §10.1. */
import type { Client } from './client.ts'
import { OAuthError } from './errors.ts'
import type { ApprovedRequest, Ctx } from './feature.ts'
import { allow, authorizationOf } from './granted.ts'
import type { DeviceCode } from './kept-requests.ts'
import { refreshOf } from './refresh.ts'
import type { Code, Issuance, Spend } from './types.ts'

/** Seconds in which a program must fetch what it was allowed, at least. */
const shortestCode = 60

/** What the person allowed, under the hash by which the program asks already. */
export async function allowedCode(
  ctx: Ctx,
  { client, asked, session }: ApprovedRequest,
  { hash, expiresAt }: Pick<DeviceCode, 'hash' | 'expiresAt'>,
): Promise<Code> {
  const { subject, authTime, acr, amr, sid } = session
  const grant = await allow(ctx, client, asked, subject)
  return {
    hash,
    grantId: grant.id,
    family: ctx.id(),
    asked,
    scope: asked.scope,
    authentication: { subject, authTime, acr, amr, sid },
    expiresAt: Math.max(expiresAt, ctx.now() + shortestCode),
    usedAt: undefined,
  }
}

export function issuanceOf(ctx: Ctx, client: Client, code: Code, alreadySpent: Spend['alreadySpent']): Issuance {
  const { hash, scope, authentication, asked } = code
  return {
    client,
    subject: authentication.subject,
    scope,
    authorization: authorizationOf(ctx, code),
    nonce: asked.nonce,
    spends: { kind: 'code', hash, alreadySpent },
    refresh: refreshOf(client, scope),
  }
}

/** What the program is told of a person who refused. At the token endpoint every such error is a 400. RFC 6749 §5.2, CIBA Core §11 */
export function denied(): OAuthError {
  const error = new OAuthError('access_denied', 'the person refused')
  error.status = 400
  return error
}
