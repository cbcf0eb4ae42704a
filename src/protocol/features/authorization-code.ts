/** Authorization code grant — RFC 6749 §4.1. */
import { promptsOf } from '../authorization-request.ts'
import { authorizationEndpoint, continueEndpoint } from '../authorize.ts'
import { allowsRedirectUri, isVoid } from '../client.ts'
import { cancelEndpoint, consentEndpoint } from '../consent.ts'
import { refuse, refuseAudited } from '../errors.ts'
import type { ApprovedRequest, Ctx, Feature, GrantType, ResponseType, TokenRequest } from '../feature.ts'
import { allow } from '../granted.ts'
import { refreshOf } from '../refresh.ts'
import { isAllowed } from '../requested-permissions.ts'
import { revokeFamily } from '../token-family.ts'
import type { AuthorizationRequest, Code, GrantedAuthorization } from '../types.ts'

const grantType: GrantType = {
  name: 'authorization_code',
  needsPerson: true,
  async redeem(ctx, ask) {
    const code = await checkedCode(ctx, ask)
    const { grantId, family, scope, authentication, asked } = code
    const alreadySpent = async () => {
      // §4.1.2: reuse of a code revokes everything its first use issued.
      await revokeFamily(ctx, family)
      const reuse = { act: 'token.reuse', outcome: 'failure', by: { type: 'client', id: ask.client.client_id }, target: family } as const
      return refuseAudited(reuse, 'invalid_grant', 'code was already used; the tokens it gave are revoked')
    }
    if (code.usedAt !== undefined) return alreadySpent()
    const resource = asked.extensions['resource']?.split(' ') ?? []
    return {
      client: ask.client,
      subject: authentication.subject,
      scope,
      authorization: { grantId, family, authentication, scope, resource, extensions: lastingOf(ctx, asked) },
      nonce: asked.nonce,
      code: ask.params.need('code'),
      spends: { kind: 'code', hash: code.hash, alreadySpent },
      refresh: refreshOf(ask.client, scope),
    }
  },
}

/** What features read from the request and need for every later token. */
function lastingOf(ctx: Ctx, { extensions }: AuthorizationRequest): GrantedAuthorization['extensions'] {
  return Object.fromEntries(Object.entries(extensions).filter(([name]) => ctx.server.lasting.includes(name)))
}

/** Everything is checked before the code is spent, so that an attacker without the verifier can neither spend it nor trigger the reuse alarm. */
async function checkedCode(ctx: Ctx, { params, client, binding }: TokenRequest): Promise<Code> {
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
  for (const feature of ctx.server.having('checkCode')) feature.checkCode(code, { params, binding })
  return code
}

/** For an application whose users are not asked, the grant is widened only here. */
const responseType: ResponseType = {
  name: 'code',
  code: true,
  grantType: 'authorization_code',
  defaultMode: 'query',
  async issue(ctx, { client, asked, session, grant, flow }: ApprovedRequest) {
    const now = ctx.now()
    const code = ctx.tokens.make('ac')
    const { subject, authTime, acr, amr, sid } = session
    const { id: grantId } = grant && (await isAllowed(ctx, asked, grant)) ? grant : await allow(ctx, client, asked, subject)
    const stored = await ctx.store.codes.add(
      {
        hash: ctx.tokens.hash('ac', code) as string,
        grantId,
        family: ctx.id(),
        asked,
        scope: asked.scope,
        authentication: { subject, authTime, acr, amr, sid },
        expiresAt: now + (client.policy.code_lifetime ?? ctx.tenant.lifetimes.code),
        usedAt: undefined,
      },
      flow,
    )
    return stored ? { code } : undefined
  },
}

/** The names of those that an authorization request can ask for. */
function offered(table: ReadonlyMap<string, { name: string; atPage?: true }>): string[] {
  return [...table.values()].filter(({ atPage }) => !atPage).map(({ name }) => name)
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
      response_types_supported: offered(ctx.server.responseTypes),
      response_modes_supported: offered(ctx.server.responseModes),
      prompt_values_supported: promptsOf(ctx),
    }),
  }
}
