/** Servers that say the wrong thing of who signed in. */
import {
  after,
  afterRedirect,
  answers,
  answerWith,
  type Behaviour,
  before,
  both,
  type Fault,
  fault,
  header,
  member,
  without,
} from './fault.ts'
import { resigned } from './resign.ts'

const core = (...names: readonly string[]) => names.map((name) => `openid-connect-core/${name}`)
const formPost = (...names: readonly string[]) => names.map((name) => `oauth-2-0-form-post-response-mode/${name}`)
const idToken = (change: (claims: Record<string, unknown>) => unknown): Behaviour =>
  resigned('id_token', ({ claims }) => void change(claims))
const claims = (values: object) => idToken((told) => Object.assign(told, values))

/** Who is asked for one prompt is asked for another, or for none. */
const prompts = (change: (prompt: string) => string | undefined): Behaviour =>
  before('/auth', ({ query }) => {
    const prompt = query.get('prompt')
    const changed = prompt === null ? undefined : change(prompt)
    if (changed === undefined) query.delete('prompt')
    else query.set('prompt', changed)
  })

const refuses = (name: string, error = 'invalid_request'): Behaviour =>
  before('/auth', ({ query }) => {
    if (!query.has(name)) return undefined
    return { ...answerWith(303, {}), headers: { location: `${query.get('redirect_uri')}?error=${error}` } }
  })

export const openidFaults: readonly Fault[] = [
  fault('ID tokens of another issuer', core('id-token-claims'), claims({ iss: 'https://other.example' })),
  fault('ID tokens for another client', core('id-token-claims'), claims({ aud: 'other' })),
  fault('ID tokens of yesterday', core('id-token-claims'), claims({ iat: 1_700_000_000 })),
  fault('ID tokens that have expired', core('id-token-claims'), claims({ exp: 1_700_000_000 })),
  fault('a sub that is too long', core('id-token-claims'), claims({ sub: 'x'.repeat(256) })),
  fault('a sub in other characters', core('id-token-claims'), claims({ sub: 'zoë' })),
  fault(
    'no iat',
    core('id-token-claims'),
    idToken((told) => delete told['iat']),
  ),
  fault(
    'ID tokens with another algorithm',
    core('id-token-signature'),
    both(
      idToken(() => {}),
      algorithms('RS256'),
    ),
  ),
  fault(
    'ID tokens that nobody signed',
    core('id-token-signature', 'id-token-claims'),
    member('/token', 'id_token', (was: unknown) => `${was}`.slice(0, -4)),
  ),
  fault(
    'ID tokens without kid',
    core('id-token-names-its-key'),
    resigned('id_token', ({ header }) => void delete header['kid']),
  ),
  fault(
    'no nonce',
    core('nonce-is-echoed'),
    idToken((told) => delete told['nonce']),
  ),
  fault(
    'a nonce that is shortened',
    core('nonce-is-echoed'),
    idToken((told) => told['nonce'] && Object.assign(told, { nonce: `${told['nonce']}`.slice(0, 64) })),
  ),
  fault(
    'a nonce that nobody sent',
    core('nonce-is-echoed'),
    idToken((told) => Object.assign(told, { nonce: told['nonce'] ?? '' })),
  ),
  fault(
    'no auth_time',
    core('max-age-brings-auth-time'),
    idToken((told) => delete told['auth_time']),
  ),
  fault(
    'an auth_time as text',
    core('max-age-brings-auth-time'),
    idToken((told) => Object.assign(told, { auth_time: `${told['auth_time']}` })),
  ),
  fault('any max_age', core('max-age-asks-again'), without('/auth', 'max_age')),
  fault('amr as text', core('acr-and-amr-types'), claims({ amr: 'pwd' })),
  fault('acr as a number', core('acr-and-amr-types'), claims({ acr: 1 })),
  fault('a wrong at_hash', core('at-hash-is-right'), claims({ at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' })),
  fault(
    'a sub for each sign-in',
    core('sub-is-stable', 'userinfo-is-of-the-same-person', 'refreshed-id-token'),
    idToken((told) => Object.assign(told, { sub: crypto.randomUUID() })),
  ),
  fault(
    'one sub for all',
    [...core('sub-is-stable'), 'rfc6749/code-goes-to-who-signed-in'],
    both(claims({ sub: 'one' }), member('/me', 'sub', 'one')),
  ),
  fault(
    'requests by GET only',
    core('request-by-post'),
    answers('/auth', ({ method }) => method === 'POST', 405, {}),
  ),
  fault(
    'pages for prompt=none',
    core('prompt-none-without-session'),
    prompts((prompt) => (prompt === 'none' ? undefined : prompt)),
  ),
  fault(
    'login_required for prompt=none',
    core('prompt-none-with-session', 'hint-of-who-is-signed-in'),
    afterRedirect((to, { query }) => {
      if (query.get('prompt') === 'none') to.search = '?error=login_required'
    }),
  ),
  fault(
    'prompt=none beside others',
    core('prompt-none-stands-alone'),
    prompts((prompt) => prompt.replace(/\bnone ?| none$/, '') || undefined),
  ),
  fault(
    'no prompt=login',
    core('prompt-login'),
    prompts((prompt) => (prompt === 'login' ? undefined : prompt)),
  ),
  fault(
    'no prompt=consent',
    core('prompt-consent'),
    prompts((prompt) => (prompt === 'consent' ? undefined : prompt)),
  ),
  fault(
    'codes that nobody allowed',
    core('prompt-none-without-consent'),
    afterRedirect((to) => {
      if (to.searchParams.get('error') === 'consent_required') to.search = '?error=login_required'
    }),
  ),
  fault('hints that nobody reads', [...core('hint-of-somebody-else'), 'rfc8725/forged-hints'], without('/auth', 'id_token_hint')),
  fault('hints that are refused', core('hint-of-who-is-signed-in'), refuses('id_token_hint', 'login_required')),
  fault('keys fetched for hints', ['rfc8725/keys-are-not-fetched-on-demand'], {
    async request({ query, path }) {
      const header = query.get('id_token_hint')?.split('.')[0]
      const { jku, x5u } = path === '/auth' && header ? JSON.parse(Buffer.from(header, 'base64url').toString()) : {}
      if (jku ?? x5u) await fetch(jku ?? x5u)
      return undefined
    },
  }),
  fault('no ui_locales', core('harmless-parameters'), refuses('ui_locales')),
  fault(
    'no other scopes',
    core('unknown-scopes-are-ignored'),
    before('/auth', ({ query }) => (query.get('scope')?.includes('unheard-of') ? answerWith(400, {}) : undefined)),
  ),
  fault('no registration', core('registration-is-refused-where-unsupported'), refuses('registration', 'invalid_request')),
  fault('no ID tokens', core('token-response', 'id-token-claims'), member('/token', 'id_token', undefined)),
  fault(
    'UserInfo by GET only',
    core('userinfo-by-get-and-post'),
    answers('/me', ({ method }) => method === 'POST', 405, {}),
  ),
  fault('UserInfo as text', core('userinfo-is-of-the-same-person'), header('/me', 'content-type', 'text/plain')),
  fault(
    'UserInfo for everybody',
    userInfoForAll(),
    after('/me', (answer) => {
      if (answer.status === 200) return
      Object.assign(answer, answerWith(200, { sub: 'somebody' }))
    }),
  ),
  fault('an address that nobody asked for', core('claims-follow-scopes'), member('/me', 'email', 'ada@example.com')),
  fault('no address', core('claims-follow-scopes', 'claims-parameter'), member('/me', 'email', undefined)),
  fault('true as text', core('claims-have-their-types'), member('/me', 'email_verified', 'true')),
  fault('a name that is null', core('claims-have-their-types'), member('/me', 'name', null)),
  fault(
    'claims that nobody reads',
    core('claims-parameter', 'claims-parameter-must-be-json', 'claims-parameter-names-the-person'),
    without('/auth', 'claims'),
  ),
  fault(
    'a sign-in at each refreshing',
    core('refreshed-id-token'),
    idToken((told) => Object.assign(told, { auth_time: performance.now() })),
  ),
  fault(
    'OpenID for all',
    core('code-belongs-to-an-openid-request'),
    before('/auth', ({ query }) => {
      query.set('scope', `openid ${query.get('scope')}`)
      query.delete('resource')
    }),
  ),
  fault('no form post', formPost('response-comes-by-post', 'errors-come-by-post', 'values-are-escaped'), without('/auth', 'response_mode')),
  fault('a form that may be stored', formPost('page-is-not-cached'), { answer: ({ headers }) => void delete headers['cache-control'] }),
  fault('a form as text', formPost('page-is-not-cached'), {
    answer({ headers, body }) {
      if (body.includes('<form')) headers['content-type'] = 'text/plain'
    },
  }),
  fault('a form with values as they are', formPost('values-are-escaped'), {
    answer(answer) {
      if (answer.body.includes('web.example'))
        answer.body = answer.body.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"')
    },
  }),
]

function algorithms(...algs: string[]): Behaviour {
  return member('/.well-known/openid-configuration', 'id_token_signing_alg_values_supported', algs)
}

function userInfoForAll(): string[] {
  return [
    ...core('userinfo-needs-a-person', 'code-belongs-to-an-openid-request'),
    ...['missing-token-is-challenged', 'invalid-token-is-named', 'insufficient-scope-is-named'].map((name) => `rfc6750/${name}`),
    ...['access-token-is-revoked', 'refresh-token-takes-access-tokens-along'].map((name) => `rfc7009/${name}`),
    ...['tokens-are-of-one-kind', 'code-replay-revokes-tokens'].map((name) => `rfc6749/${name}`),
    'rfc9700/tokens-are-for-one-audience',
    'rfc9701/response-is-no-access-token',
    'rfc9449/bound-token-is-no-bearer-token',
    'rfc9449/proofs-at-resources-are-checked',
  ]
}
