/** Response types with tokens, which come through the browser — OpenID Connect Core §3.2, §3.3, RFC 6749 §4.2. */
import type { ApprovedRequest, Ctx, ResponseType } from './feature.ts'
import { approvalOf, authorizationOf, codeOf } from './granted.ts'
import { tokensOfResponse } from './issue-tokens.ts'
import type { FrontChannelType } from './response-types.ts'

export function frontChannelType(name: FrontChannelType): ResponseType {
  const parts = name.split(' ')
  const carried = {
    ...(parts.includes('code') ? { code: true as const } : {}),
    ...(parts.includes('id_token') ? { idToken: true as const } : {}),
    ...(parts.includes('token') ? { accessToken: true as const } : {}),
  }
  return {
    name,
    ...carried,
    grantTypes: carried.code ? ['authorization_code', 'implicit'] : ['implicit'],
    defaultMode: 'fragment', // Encoding Practices §3, §5
    issue: (ctx, allowed) => issue(ctx, allowed, carried),
  }
}

/** The tokens are of the family of the code: what revokes what it gave revokes them too. RFC 6749 §4.1.2 */
async function issue(
  ctx: Ctx,
  allowed: ApprovedRequest,
  carried: Pick<ResponseType, 'code' | 'idToken' | 'accessToken'>,
): Promise<Record<string, string> | undefined> {
  const { client, asked, session, flow } = allowed
  const approval = await approvalOf(ctx, allowed)
  const code = carried.code && ctx.tokens.make('ac')
  const issuance = {
    client,
    subject: session.subject,
    scope: asked.scope,
    authorization: authorizationOf(ctx, approval),
    nonce: asked.nonce,
    ...(code === undefined ? {} : { code }),
    frontChannel: { state: asked.state, accessToken: carried.accessToken ?? false },
    refresh: { kind: 'none' },
  } as const
  const answer = await tokensOfResponse(ctx, issuance, carried)
  const kept = code === undefined ? undefined : codeOf(ctx, client, approval, code)
  const spend = { kind: 'request', asked, flow, session, code: kept, now: ctx.now() } as const
  if (!(await ctx.store.issue({ spend, refresh: undefined }))) return undefined
  return { ...(code === undefined ? {} : { code }), ...answer }
}
