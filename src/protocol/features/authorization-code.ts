/** Authorization code grant — RFC 6749 §4.1. */
import { isOffered, promptsOf } from '../authorization-request.ts'
import { authorizationEndpoint, continueEndpoint } from '../authorize.ts'
import { allowsRedirectUri, isVoid } from '../client.ts'
import { checkInstance } from '../client-auth.ts'
import { cancelEndpoint, consentEndpoint } from '../consent.ts'
import { refuse, refuseAudited } from '../errors.ts'
import type { Ctx, Feature, GrantType, ResponseType, TokenRequest } from '../feature.ts'
import { approvalOf, authorizationOf, codeOf } from '../granted.ts'
import { refreshOf } from '../refresh.ts'
import { endReused } from '../token-family.ts'
import type { Code } from '../types.ts'

const grantType: GrantType = {
  name: 'authorization_code',
  needsPerson: true,
  async redeem(ctx, ask) {
    const code = await checkedCode(ctx, ask)
    const { family, scope, authentication, asked } = code
    const alreadySpent = async () =>
      refuseAudited(
        await endReused(ctx, ask.client.client_id, family),
        'invalid_grant',
        'code was already used; the tokens it gave are revoked',
      ) // §4.1.2
    if (code.usedAt !== undefined) return alreadySpent()
    return {
      client: ask.client,
      subject: authentication.subject,
      scope,
      authorization: authorizationOf(ctx, code),
      nonce: asked.nonce,
      code: ask.params.need('code'),
      spends: { kind: 'code', hash: code.hash, alreadySpent },
      refresh: refreshOf(ask.client, scope),
    }
  },
}

/** Everything is checked before the code is spent, so that an attacker without the verifier can neither spend it nor trigger the reuse alarm. */
async function checkedCode(ctx: Ctx, { params, client, binding, instance }: TokenRequest): Promise<Code> {
  const hash = ctx.tokens.hash('ac', params.need('code'))
  const code = hash === undefined ? undefined : await ctx.store.codes.find(hash)
  if (!code || code.expiresAt <= ctx.now())
    refuse('invalid_grant', 'code is unknown or expired; codes live for a minute and belong to one issuer')

  const { asked } = code
  if (asked.clientId !== client.client_id) refuse('invalid_grant', 'code was issued to another client') // §4.1.3
  if (isVoid(client, asked.askedAt)) refuse('invalid_grant', 'the client was disabled after this code was asked for; start again')
  if (!allowsRedirectUri(client, asked.redirectUri))
    refuse('invalid_grant', 'the redirect URI of the authorization request is no longer registered')
  const redirectUri = params.get('redirect_uri')
  const mayOmit = redirectUri === undefined && !asked.redirectUriSent
  if (redirectUri !== asked.redirectUri && !mayOmit) refuse('invalid_grant', 'redirect_uri is not the one of the authorization request') // §4.1.3
  checkInstance(asked, instance)
  for (const feature of ctx.server.having('checkCode')) feature.checkCode(code, { params, binding })
  return code
}

const responseType: ResponseType = {
  name: 'code',
  code: true,
  grantTypes: ['authorization_code'],
  defaultMode: 'query',
  async issue(ctx, allowed) {
    const code = ctx.tokens.make('ac')
    const stored = await ctx.store.codes.add(codeOf(ctx, allowed.client, await approvalOf(ctx, allowed), code), allowed.flow)
    return stored ? { code } : undefined
  },
}

export function authorizationCode(): Feature {
  return {
    id: 'authorizationCode',
    serves: { pkce: ['optional'], consent: ['skip'] },
    spec: 'RFC 6749 §4.1',
    requires: ['token', 'responseModes'],
    endpoints: [authorizationEndpoint, continueEndpoint, consentEndpoint, cancelEndpoint],
    grantTypes: [grantType],
    responseTypes: [responseType],
    metadata: (ctx) => ({
      response_types_supported: [...ctx.server.responseTypes.values()].filter((type) => isOffered(ctx, type)).map(({ name }) => name),
      response_modes_supported: [...ctx.server.responseModes.values()].filter(({ atPage }) => !atPage).map(({ name }) => name),
      prompt_values_supported: promptsOf(ctx),
    }),
  }
}
