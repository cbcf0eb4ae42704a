/** Faults of OpenID Connect Core and the form_post response mode. */
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

/** Replaces or removes the prompt parameter. */
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
  fault('puts another iss into ID tokens', core('id-token-claims'), claims({ iss: 'https://other.example' })),
  fault('puts another aud into ID tokens', core('id-token-claims'), claims({ aud: 'other' })),
  fault('puts an old iat into ID tokens', core('id-token-claims'), claims({ iat: 1_700_000_000 })),
  fault('issues expired ID tokens', core('id-token-claims'), claims({ exp: 1_700_000_000 })),
  fault('issues a sub of 256 characters', core('id-token-claims'), claims({ sub: 'x'.repeat(256) })),
  fault('issues a sub with non-ASCII characters', core('id-token-claims'), claims({ sub: 'zoë' })),
  fault(
    'omits iat',
    core('id-token-claims'),
    idToken((told) => delete told['iat']),
  ),
  fault(
    'signs ID tokens with an algorithm it does not advertise',
    core('id-token-signature'),
    both(
      idToken(() => {}),
      algorithms('RS256'),
    ),
  ),
  fault(
    'corrupts the signature of ID tokens',
    core('id-token-signature', 'id-token-claims'),
    member('/token', 'id_token', (was: unknown) => `${was}`.slice(0, -4)),
  ),
  fault(
    'omits kid',
    core('id-token-names-its-key'),
    resigned('id_token', ({ header }) => void delete header['kid']),
  ),
  fault(
    'omits nonce',
    core('nonce-is-echoed'),
    idToken((told) => delete told['nonce']),
  ),
  fault(
    'truncates nonce',
    core('nonce-is-echoed'),
    idToken((told) => told['nonce'] && Object.assign(told, { nonce: `${told['nonce']}`.slice(0, 64) })),
  ),
  fault(
    'adds an empty nonce',
    core('nonce-is-echoed'),
    idToken((told) => Object.assign(told, { nonce: told['nonce'] ?? '' })),
  ),
  fault(
    'omits auth_time',
    core('max-age-brings-auth-time'),
    idToken((told) => delete told['auth_time']),
  ),
  fault(
    'sends auth_time as a string',
    core('max-age-brings-auth-time'),
    idToken((told) => Object.assign(told, { auth_time: `${told['auth_time']}` })),
  ),
  fault('ignores max_age', core('max-age-asks-again'), without('/auth', 'max_age')),
  fault('sends amr as a string', core('acr-and-amr-types'), claims({ amr: 'pwd' })),
  fault('sends acr as a number', core('acr-and-amr-types'), claims({ acr: 1 })),
  fault('computes at_hash wrongly', core('at-hash-is-right'), claims({ at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' })),
  fault(
    'uses a new sub for every sign-in',
    core('sub-is-stable', 'userinfo-is-of-the-same-person', 'refreshed-id-token'),
    idToken((told) => Object.assign(told, { sub: crypto.randomUUID() })),
  ),
  fault(
    'uses the same sub for everyone',
    [...core('sub-is-stable'), 'rfc6749/code-goes-to-who-signed-in'],
    both(claims({ sub: 'one' }), member('/me', 'sub', 'one')),
  ),
  fault(
    'accepts authorization requests only by GET',
    core('request-by-post'),
    answers('/auth', ({ method }) => method === 'POST', 405, {}),
  ),
  fault(
    'shows pages for prompt=none',
    core('prompt-none-without-session'),
    prompts((prompt) => (prompt === 'none' ? undefined : prompt)),
  ),
  fault(
    'always returns login_required for prompt=none',
    core('prompt-none-with-session', 'hint-of-who-is-signed-in'),
    afterRedirect((to, { query }) => {
      if (query.get('prompt') === 'none') to.search = '?error=login_required'
    }),
  ),
  fault(
    'ignores prompt=none beside other values',
    core('prompt-none-stands-alone'),
    prompts((prompt) => prompt.replace(/\bnone ?| none$/, '') || undefined),
  ),
  fault(
    'ignores prompt=login',
    core('prompt-login'),
    prompts((prompt) => (prompt === 'login' ? undefined : prompt)),
  ),
  fault(
    'ignores prompt=consent',
    core('prompt-consent'),
    prompts((prompt) => (prompt === 'consent' ? undefined : prompt)),
  ),
  fault(
    'returns another error than consent_required',
    core('prompt-none-without-consent'),
    afterRedirect((to) => {
      if (to.searchParams.get('error') === 'consent_required') to.search = '?error=login_required'
    }),
  ),
  fault('ignores ID token hints', [...core('hint-of-somebody-else'), 'rfc8725/forged-hints'], without('/auth', 'id_token_hint')),
  fault('rejects ID token hints', core('hint-of-who-is-signed-in'), refuses('id_token_hint', 'login_required')),
  fault('fetches keys named by a token', ['rfc8725/keys-are-not-fetched-on-demand'], {
    async request({ query, path }) {
      const header = query.get('id_token_hint')?.split('.')[0]
      const { jku, x5u } = path === '/auth' && header ? JSON.parse(Buffer.from(header, 'base64url').toString()) : {}
      if (jku ?? x5u) await fetch(jku ?? x5u)
      return undefined
    },
  }),
  fault('rejects ui_locales', core('harmless-parameters'), refuses('ui_locales')),
  fault(
    'rejects unknown scopes',
    core('unknown-scopes-are-ignored'),
    before('/auth', ({ query }) => (query.get('scope')?.includes('unheard-of') ? answerWith(400, {}) : undefined)),
  ),
  fault(
    'rejects registration with another error',
    core('registration-is-refused-where-unsupported'),
    refuses('registration', 'invalid_request'),
  ),
  fault('issues no ID tokens', core('token-response', 'id-token-claims'), member('/token', 'id_token', undefined)),
  fault(
    'accepts only GET at UserInfo',
    core('userinfo-by-get-and-post'),
    answers('/me', ({ method }) => method === 'POST', 405, {}),
  ),
  fault('serves UserInfo as text/plain', core('userinfo-is-of-the-same-person'), header('/me', 'content-type', 'text/plain')),
  fault(
    'serves UserInfo without a valid token',
    userInfoForAll(),
    after('/me', (answer) => {
      if (answer.status === 200) return
      Object.assign(answer, answerWith(200, { sub: 'somebody' }))
    }),
  ),
  fault('returns email without its scope', core('claims-follow-scopes'), member('/me', 'email', 'ada@example.com')),
  fault('never returns email', core('claims-follow-scopes', 'claims-parameter'), member('/me', 'email', undefined)),
  fault('returns email_verified as a string', core('claims-have-their-types'), member('/me', 'email_verified', 'true')),
  fault('returns a claim that is null', core('claims-have-their-types'), member('/me', 'name', null)),
  fault(
    'ignores the claims parameter',
    core('claims-parameter', 'claims-parameter-must-be-json', 'claims-parameter-names-the-person'),
    without('/auth', 'claims'),
  ),
  fault(
    'changes auth_time on refresh',
    core('refreshed-id-token'),
    idToken((told) => Object.assign(told, { auth_time: performance.now() })),
  ),
  fault(
    'adds the openid scope',
    core('code-belongs-to-an-openid-request'),
    before('/auth', ({ query }) => {
      query.set('scope', `openid ${query.get('scope')}`)
      query.delete('resource')
    }),
  ),
  fault(
    'ignores form_post',
    formPost('response-comes-by-post', 'errors-come-by-post', 'values-are-escaped'),
    without('/auth', 'response_mode'),
  ),
  fault('sends form_post pages without Cache-Control', formPost('page-is-not-cached'), {
    answer: ({ headers }) => void delete headers['cache-control'],
  }),
  fault('sends form_post pages as text/plain', formPost('page-is-not-cached'), {
    answer({ headers, body }) {
      if (body.includes('<form')) headers['content-type'] = 'text/plain'
    },
  }),
  fault('does not escape form_post values', formPost('values-are-escaped'), {
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
