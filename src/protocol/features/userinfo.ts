/** UserInfo endpoint — OpenID Connect Core §5.3. */
import { bearer } from '../access-token.ts'
import { claimsFor, claimsOfScope } from '../claims.ts'
import { refuse } from '../errors.ts'
import type { Endpoint, Feature } from '../feature.ts'
import type { Reply } from '../request-reply.ts'
import { toldSubject } from '../subject.ts'
import { subjectClaims } from '../subject-claims.ts'

const endpoint: Endpoint = {
  path: '/userinfo',
  advertisedAs: 'userinfo_endpoint',
  methods: ['GET', 'POST'],
  audience: 'program',
  cors: 'clients',
  async handle(ctx, request) {
    const token = await bearer(ctx, request)
    const ofMachine = token.clientId !== undefined && token.grantId === undefined // the subject does not tell: an account may have a client's name
    if (ofMachine) return claimsReply({ sub: token.subject, ...token.extra })
    if (!token.scope.includes('openid')) refuse('insufficient_scope', 'the access token needs the scope openid') // §5.3.1
    const known = (await ctx.people.claims(token.subject)) ?? refuse('invalid_token', 'the account is no longer active')
    const { subject, scope, extra } = token
    return claimsReply({ ...(await subjectClaims(ctx, { subject, scope, known, extra })), sub: await toldSubject(ctx, token) }) // §5.3.2
  },
}

function claimsReply(body: object): Reply {
  return { kind: 'json', status: 200, headers: { 'cache-control': 'no-store' }, body }
}

export function userinfo(): Feature {
  return {
    id: 'userinfo',
    spec: 'OpenID Connect Core §5.3',
    requires: ['openid'],
    endpoints: [endpoint],
    scopes: {
      profile: 'See your profile, such as name, picture and birthday',
      email: 'See your email address',
      address: 'See your postal address',
      phone: 'See your telephone number',
    },
    async idTokenClaims(ctx, { client, subject, scope }) {
      return client.id_token_scope_claims ? claimsFor(scope, (await ctx.people.claims(subject)) ?? {}) : {} // §5.4
    },
    metadata: (ctx) => ({
      claims_supported: [
        'sub',
        'iss',
        'aud',
        'exp',
        'iat',
        'auth_time',
        'nonce',
        'acr',
        'amr',
        'sid',
        ...Object.values(claimsOfScope).flat(),
        ...ctx.server.features.flatMap((feature) => feature.claims?.(ctx) ?? []),
      ],
    }),
  }
}
