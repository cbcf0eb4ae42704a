/** Faults at UserInfo, revocation, introspection and logout. */
import {
  after,
  answers,
  answerWith,
  authenticateAs,
  before,
  both,
  type Fault,
  fault,
  header,
  member,
  type Request,
  status,
  without,
} from './fault.ts'
import { ownersAre, repeats, tokensSeen } from './memory.ts'

const userinfo = '/me'
const revoke = '/token/revocation'
const introspect = '/token/introspection'
const logout = '/session/end'
const rfc6750 = (...names: readonly string[]) => names.map((name) => `rfc6750/${name}`)
const rfc7009 = (...names: readonly string[]) => names.map((name) => `rfc7009/${name}`)
const rfc7662 = (...names: readonly string[]) => names.map((name) => `rfc7662/${name}`)
const rfc9701 = (...names: readonly string[]) => names.map((name) => `rfc9701/${name}`)
const rpLogout = (...names: readonly string[]) => names.map((name) => `openid-connect-rp-initiated-logout/${name}`)

/** Treats GET requests as POST. */
const byGet = (path: string) =>
  before(path, (request) => {
    if (request.method !== 'GET') return
    Object.assign(request, { method: 'POST', form: request.query, query: new URLSearchParams() })
    request.headers['content-type'] = 'application/x-www-form-urlencoded'
  })

const asClient = (name: string, path: string, when: (request: Request) => unknown = () => true) =>
  before(path, (request) => {
    if (when(request)) authenticateAs(name, request)
  })

const tokenInQuery = before(userinfo, ({ query, headers }) => {
  const token = query.get('access_token')
  if (token) headers['authorization'] = `Bearer ${token}`
  query.delete('access_token')
})

export const tokenUseFaults: readonly Fault[] = [
  fault(
    'compares the Bearer scheme case-sensitively',
    rfc6750('authorization-header-is-accepted'),
    answers(userinfo, ({ headers }) => headers['authorization']?.startsWith('bearer'), 401, {}),
  ),
  fault('ignores a second access token', rfc6750('one-way-to-send-a-token'), without(userinfo, 'access_token')),
  fault('accepts access tokens in the query', rfc6750('token-in-query-is-refused'), tokenInQuery),
  fault(
    'sends no Bearer challenge',
    rfc6750('missing-token-is-challenged', 'invalid-token-is-named', 'insufficient-scope-is-named'),
    header(userinfo, 'www-authenticate', undefined),
  ),
  fault(
    'sends 403 without a token',
    rfc6750('missing-token-is-challenged', 'invalid-token-is-named'),
    status(userinfo, (code) => (code === 401 ? 403 : code)),
  ),
  fault(
    'sends an error code without a token',
    rfc6750('missing-token-is-no-error'),
    header(userinfo, 'www-authenticate', 'Bearer error="invalid_token"'),
  ),
  fault(
    'repeats a challenge attribute',
    rfc6750('challenge-is-well-formed'),
    header(userinfo, 'www-authenticate', 'Bearer realm="a", realm="b"'),
  ),
  fault(
    'sends other characters in a challenge',
    rfc6750('challenge-is-well-formed'),
    header(userinfo, 'www-authenticate', 'Bearer error_description="no \\"x\\""'),
  ),

  fault(
    'does not revoke tokens',
    [
      ...rfc7009(
        'access-token-is-revoked',
        'refresh-token-is-revoked',
        'refresh-token-takes-access-tokens-along',
        'public-client-revokes-its-own',
        'wrong-hint-does-not-matter',
      ),
      ...rfc7662('revoked-token-is-inactive'),
    ],
    answers(revoke, () => true, 200, {}),
  ),
  fault('keeps access tokens after their refresh token is revoked', rfc7009('refresh-token-takes-access-tokens-along'), () =>
    repeatsAuthorization(),
  ),
  fault('lets clients revoke tokens of others', rfc7009('token-of-another-client-stays'), () =>
    both(ownersAre(tokensSeen('access_token'), 'token', revoke), ownersAre(tokensSeen('refresh_token'), 'token', revoke)),
  ),
  fault('lets anyone revoke tokens', rfc7009('client-authenticates'), asClient('web', revoke)),
  fault('rejects revocation of unknown tokens', rfc7009('unknown-token-is-fine'), () => {
    const seen = new Set<string>()
    return answers(revoke, ({ form }) => seen.size === seen.add(form?.get('token') ?? '').size, 400, { error: 'invalid_request' })
  }),
  fault(
    'accepts revocation without a token',
    rfc7009('token-is-required'),
    answers(revoke, ({ form }) => !form?.get('token'), 200, {}),
  ),
  fault(
    'trusts token_type_hint at revocation',
    rfc7009('wrong-hint-does-not-matter'),
    answers(revoke, ({ form }) => form?.get('token_type_hint') === 'access_token', 200, {}),
  ),
  fault('revokes tokens by GET', rfc7009('takes-post-only'), byGet(revoke)),

  fault(
    'reports every token as active',
    rfc7662('unknown-token-is-inactive', 'inactive-tells-nothing', 'revoked-token-is-inactive'),
    member(introspect, 'active', true),
  ),
  fault('reports every token as inactive', rfc7662('active-token', 'wrong-hint-does-not-matter'), member(introspect, 'active', false)),
  fault('reveals details of inactive tokens', rfc7662('inactive-tells-nothing'), member(introspect, 'sub', 'ada')),
  fault('caches introspection responses', rfc7662('revoked-token-is-inactive'), () => repeats('token', introspect)),
  fault('lets anyone introspect tokens', rfc7662('caller-authenticates'), asClient('api', introspect)),
  fault(
    'lets tokens introspect themselves',
    rfc7662('caller-authenticates'),
    asClient('api', introspect, ({ headers }) => headers['authorization']?.startsWith('Bearer')),
  ),
  fault(
    'accepts introspection without a token',
    rfc7662('token-is-required'),
    answers(introspect, ({ form }) => !form?.get('token'), 200, { active: false }),
  ),
  fault(
    'trusts token_type_hint at introspection',
    rfc7662('wrong-hint-does-not-matter'),
    answers(introspect, ({ form }) => form?.get('token_type_hint') === 'refresh_token', 200, { active: false }),
  ),
  fault('introspects tokens by GET', rfc7662('takes-post-only'), byGet(introspect)),
  fault('sends exp as a string', rfc7662('active-token'), member(introspect, 'exp', '1')),
  fault('reports another client_id', rfc7662('active-token'), member(introspect, 'client_id', 'other')),
  fault('sends introspection responses as text/plain', rfc7662('active-token'), header(introspect, 'content-type', 'text/plain')),

  fault('ignores requests for JWT responses', rfc9701('signed-response', 'response-is-for-the-caller'), {
    request({ path, headers }) {
      if (path === introspect) headers['accept'] = 'application/json'
      return undefined
    },
  }),
  fault('always sends JWT responses', rfc9701('json-remains'), {
    request({ path, headers }) {
      if (path === introspect) headers['accept'] = 'application/token-introspection+jwt'
      return undefined
    },
  }),
  fault('does not end the session on logout', rpLogout('session-ends', 'by-post'), {
    request({ path, query, form }) {
      const params = query.size > 0 ? query : (form ?? query)
      const uri = params.get('post_logout_redirect_uri')
      if (path !== logout || !uri) return undefined
      return { ...answerWith(303, {}), headers: { location: `${uri}?state=${encodeURIComponent(params.get('state') ?? '')}` } }
    },
  }),
  fault('drops state on logout', rpLogout('session-ends'), without(logout, 'state')),
  fault(
    'accepts logout only by GET',
    rpLogout('by-post'),
    answers(logout, ({ method }) => method === 'POST', 405, {}),
  ),
  fault('redirects to any URI after logout', rpLogout('unregistered-uri-is-not-followed', 'uri-of-another-client-is-not-followed'), {
    request({ path, query }) {
      const uri = query.get('post_logout_redirect_uri')
      if (path !== logout || !uri) return undefined
      return { ...answerWith(303, {}), headers: { location: uri } }
    },
  }),
  fault('ignores client_id at logout', rpLogout('client-must-match-hint'), without(logout, 'client_id')),
  fault(
    'accepts any hint at logout',
    rpLogout('forged-hint-is-refused'),
    before(logout, ({ query }) => {
      if (!query.has('id_token_hint')) return
      query.delete('id_token_hint')
      query.set('client_id', 'web')
    }),
  ),
  fault(
    'ends sessions without confirmation',
    rpLogout('without-hint-the-person-is-asked', 'hint-of-somebody-else-signs-nobody-out'),
    after(logout, ({ cookies }) => {
      cookies.push('_session=; path=/; max-age=0', '_session.sig=; path=/; max-age=0')
    }),
  ),
]

/** Keeps accepting access tokens that were accepted once. */
function repeatsAuthorization() {
  const worked = new Map<string, string>()
  return {
    answer(answer: { status: number; body: string; headers: Record<string, string> }, { path, headers }: Request) {
      const token = headers['authorization'] ?? ''
      if (path !== userinfo) return
      if (answer.status === 200) worked.set(token, answer.body)
      else if (worked.has(token)) Object.assign(answer, answerWith(200, JSON.parse(worked.get(token)!)))
    },
  }
}
