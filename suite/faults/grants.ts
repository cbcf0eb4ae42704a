/** Faults of grants at the token endpoint. */
import {
  afterJson,
  afterRedirect,
  answers,
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
import { codesSeen, lastInsteadOf, repeats, shortened, tokensSeen } from './memory.ts'

const rfc6749 = (...names: readonly string[]) => names.map((name) => `rfc6749/${name}`)
const grantOf = ({ form }: Request) => form?.get('grant_type')
const isThere = (change: (was: string) => unknown) => (was: unknown) => (typeof was === 'string' ? change(was) : undefined)

export const grantFaults: readonly Fault[] = [
  fault(
    'accepts a code repeatedly',
    rfc6749('code-is-used-once', 'code-race', 'code-race-revokes-tokens', 'code-replay-revokes-tokens'),
    () => repeats('code'),
  ),
  fault('accepts any code', rfc6749('code-must-exist', 'code-is-required'), () => lastInsteadOf(codesSeen(), 'code')),
  fault('accepts any refresh token', rfc6749('refresh-token-must-exist'), () =>
    lastInsteadOf(tokensSeen('refresh_token'), 'refresh_token'),
  ),
  fault('issues short codes', rfc6749('code-is-long-enough'), () =>
    shortened(
      (name) =>
        afterRedirect((to) => {
          const code = to.searchParams.get('code')
          if (code) to.searchParams.set('code', name(code))
        }),
      'code',
      '/token',
    ),
  ),
  fault('ignores redirect_uri in the token request', rfc6749('redirect-uri-is-repeated'), () => {
    const { behaviour, redirectUriOf } = codesSeen()
    const right = before('/token', ({ form }) => {
      const uri = redirectUriOf(form?.get('code') ?? '')
      if (uri) form?.set('redirect_uri', uri)
    })
    return both(behaviour, right)
  }),
  fault(
    'sends token errors with status 200',
    rfc6749('code-must-exist', 'unknown-client-is-refused'),
    status('/token', () => 200),
  ),
  fault(
    'sends token errors with status 500',
    rfc6749('code-must-exist', 'odd-bodies-are-no-fault'),
    status('/token', (code) => (code === 200 ? 200 : 500)),
  ),
  fault(
    'uses invalid_request for every error',
    rfc6749('code-must-exist', 'code-is-used-once', 'refresh-token-must-exist', 'wrong-secret-is-refused', 'grant-type-must-be-known'),
    member(
      '/token',
      'error',
      isThere(() => 'invalid_request'),
    ),
  ),
  fault(
    'sends token errors as text/html',
    rfc6749('errors-are-json'),
    header('/token', 'content-type', 'text/html', (answer) => answer.status !== 200),
  ),
  fault(
    'sends error descriptions with other characters',
    rfc6749('errors-are-json'),
    member(
      '/token',
      'error_description',
      isThere(() => 'Code ungültig'),
    ),
  ),
  fault(
    'sends tokens without Cache-Control',
    [...rfc6749('tokens-are-not-cached', 'refresh-gives-tokens'), 'openid-connect-core/token-response'],
    header('/token', 'cache-control', undefined),
  ),
  fault('sends tokens as text/plain', rfc6749('tokens-are-json'), header('/token', 'content-type', 'text/plain')),
  fault('sends expires_in as a string', rfc6749('tokens-are-json'), member('/token', 'expires_in', '3600')),
  fault('omits expires_in', rfc6749('tokens-are-json'), member('/token', 'expires_in', undefined)),
  fault('omits token_type', rfc6749('tokens-are-json'), member('/token', 'token_type', undefined)),
  fault(
    'issues tokens for GET',
    rfc6749('token-endpoint-takes-post-only'),
    before('/token', (request) => {
      if (request.method !== 'GET') return
      Object.assign(request, { method: 'POST', form: request.query, query: new URLSearchParams() })
      request.headers['content-type'] = 'application/x-www-form-urlencoded'
    }),
  ),
  fault(
    'uses the first of repeated parameters at the token endpoint',
    rfc6749('token-parameters-come-once'),
    before('/token', ({ form }) => {
      for (const [name, value] of Object.entries(Object.fromEntries([...(form ?? [])].toReversed()))) form?.set(name, value)
    }),
  ),
  fault(
    'accepts only the bare form media type',
    rfc6749('token-request-may-name-its-charset'),
    answers('/token', ({ form }) => form === undefined, 400, { error: 'invalid_request' }),
  ),
  fault(
    'reads token parameters from the query',
    rfc6749('token-parameters-are-in-the-body'),
    before('/token', ({ form, query }) => {
      for (const [name, value] of query) form?.set(name, value)
    }),
  ),
  fault(
    'rejects unknown parameters at the token endpoint',
    rfc6749('token-ignores-unknown-parameters'),
    answers('/token', ({ form }) => form?.has('constructor'), 400, { error: 'invalid_request' }),
  ),
  fault(
    'treats an empty scope as a value',
    rfc6749('token-empty-parameters-are-absent'),
    answers('/token', ({ form }) => form?.get('scope') === '', 400, { error: 'invalid_scope' }),
  ),
  fault(
    'treats an empty code as a value',
    rfc6749('token-empty-parameters-are-absent'),
    answers('/token', ({ form }) => form?.get('code') === '', 400, { error: 'invalid_grant' }),
  ),
  fault(
    'accepts JSON at the token endpoint',
    rfc6749('token-request-is-a-form'),
    before('/token', (request) => {
      if (!request.body.startsWith('{')) return
      request.form = new URLSearchParams(Object.entries(JSON.parse(request.body)))
      request.headers['content-type'] = 'application/x-www-form-urlencoded'
    }),
  ),
  fault(
    'assumes a grant type',
    rfc6749('grant-type-is-required', 'grant-type-must-be-known'),
    before('/token', (request) => {
      const known = ['authorization_code', 'refresh_token', 'client_credentials']
      if (!known.includes(grantOf(request) ?? '')) request.form?.set('grant_type', 'client_credentials')
    }),
  ),
  fault(
    'returns refresh tokens for client credentials',
    rfc6749('client-credentials-without-refresh-token'),
    member('/token', 'refresh_token', (was: unknown, request: Request) => (grantOf(request) === 'client_credentials' ? 'token' : was)),
  ),
  fault('omits the granted scope', rfc6749('granted-scope-is-told'), member('/token', 'scope', undefined)),
  fault(
    'grants unknown scopes',
    rfc6749('granted-scope-is-told'),
    member(
      '/token',
      'scope',
      isThere((was) => `${was} no-such-scope`),
    ),
  ),
  fault(
    'widens the scope on refresh',
    rfc6749('refresh-does-not-widen-scope'),
    both(
      without('/token', 'scope'),
      member(
        '/token',
        'scope',
        isThere((was) => `${was} email`),
      ),
    ),
  ),
  fault('does not narrow the scope on refresh', rfc6749('refresh-narrows-scope'), without('/token', 'scope')),
  fault('returns the same access token on refresh', rfc6749('refresh-gives-tokens'), () => {
    const seen: unknown[] = []
    return member('/token', 'access_token', (was: unknown) => seen.push(was) && seen[0])
  }),
  fault('does not rotate refresh tokens', ['rfc9700/refresh-tokens-of-public-clients-rotate'], () => {
    const newest = new Map<string, string>()
    return {
      async request(request, ask) {
        const given = request.form?.get('refresh_token') ?? undefined
        if (request.path !== '/token' || given === undefined) return undefined
        request.form?.set('refresh_token', newest.get(given) ?? given)
        const answer = await ask(request)
        const said = JSON.parse(answer.body)
        newest.set(given, said.refresh_token ?? given)
        return { ...answer, body: JSON.stringify({ ...said, refresh_token: given }) }
      },
    }
  }),
  fault('issues a successor to every concurrent refresh', ['rfc9700/refresh-race'], () =>
    both(
      repeats('refresh_token'),
      member(
        '/token',
        'refresh_token',
        isThere(() => crypto.randomUUID()),
      ),
    ),
  ),
  fault('accepts a refresh token repeatedly', ['rfc9700/refresh-replay-ends-the-family', 'rfc7009/revocation-beats-refreshing'], () =>
    repeats('refresh_token'),
  ),
  fault('accepts access tokens as refresh tokens', rfc6749('tokens-are-of-one-kind'), () => {
    const refreshes = new Map<string, string>()
    const use = before('/token', ({ form }) => {
      const refresh = refreshes.get(form?.get('refresh_token') ?? '')
      if (refresh) form?.set('refresh_token', refresh)
    })
    const learn = afterJson('/token', ({ access_token, refresh_token }) => {
      if (refresh_token) refreshes.set(String(access_token), String(refresh_token))
    })
    return both(use, learn)
  }),
  fault(
    'fails on long bodies',
    rfc6749('odd-bodies-are-no-fault'),
    answers('/token', ({ body }) => body.length > 100_000, 500, {}),
  ),
  fault(
    'issues tokens for passwords',
    ['rfc9700/no-password-grant'],
    answers('/token', (request) => grantOf(request) === 'password', 200, { access_token: 'token', token_type: 'Bearer' }),
  ),
]
