/** UserInfo endpoint — OpenID Connect Core §5.3. */
import { bearer } from '../access-token.ts'
import { claimsFor, claimsOfScope } from '../claims.ts'
import { refuse } from '../errors.ts'
import type { Endpoint, Feature } from '../feature.ts'
import type { Reply } from '../request-reply.ts'

const endpoint: Endpoint = {
  path: '/userinfo',
  advertisedAs: 'userinfo_endpoint',
  methods: ['GET', 'POST'],
  audience: 'program',
  cors: 'clients',
  async handle(ctx, request) {
    const token = await bearer(ctx, request)
    const ofMachine = token.clientId !== undefined && token.grantId === undefined // not by subject: an account may bear a client's name
    if (ofMachine) return said({ sub: token.subject, ...token.extra })
    if (!token.scope.includes('openid')) refuse('insufficient_scope', 'the access token needs the scope openid') // §5.3.1
    const known = (await ctx.people.claims(token.subject)) ?? refuse('invalid_token', 'the account is no longer active')
    return said({ sub: token.subject, ...claimsFor(token.scope, known) }) // §5.3.2
  },
}

function said(body: object): Reply {
  return { kind: 'json', status: 200, headers: { 'cache-control': 'no-store' }, body }
}

export function userinfo(): Feature {
  return {
    id: 'userinfo',
    spec: 'OpenID Connect Core §5.3',
    requires: ['openid'],
    endpoints: [endpoint],
    scopes: {
      profile: 'See your profile: name, picture, birthday and the like',
      email: 'See your e-mail address',
      address: 'See your postal address',
      phone: 'See your telephone number',
    },
    metadata: () => ({
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
      ],
    }),
  }
}
