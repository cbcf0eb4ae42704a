/** Faults of OpenID Connect Registration, of pairwise subjects, and of responses with ID tokens from the authorization endpoint. */
import { before, both, type Fault, fault } from './fault.ts'
import { beforeJson, forgiving, frontIdToken, of, pages } from './lenient.ts'
import { resigned } from './resign.ts'

const core = of('openid-connect-core')
const registration = of('openid-connect-registration')
const rfc7591 = of('rfc7591')
const keys = '/.well-known/jwks.json'

const registersWithout = (...names: readonly string[]) =>
  beforeJson('/register', (metadata) => {
    for (const name of names) delete metadata[name]
  })

export const registrationFaults: readonly Fault[] = [
  fault('gives all clients the same sub', core('pairwise-subjects', 'sector-of-several-hosts'), registersWithout('subject_type')),
  fault('does not sign UserInfo', core('signed-userinfo'), registersWithout('userinfo_signed_response_alg')),
  fault(
    'does not encrypt ID tokens',
    core('encrypted-id-token'),
    registersWithout('id_token_encrypted_response_alg', 'id_token_encrypted_response_enc'),
  ),
  fault(
    'does not encrypt UserInfo',
    core('encrypted-userinfo'),
    registersWithout('userinfo_encrypted_response_alg', 'userinfo_encrypted_response_enc'),
  ),
  fault('keeps what a client took out of its registration', ['rfc7592/narrowed-registration-applies'], {
    request(request) {
      if (request.method === 'PUT') Object.assign(request, { method: 'GET', body: '' })
      return undefined
    },
  }),
  fault(
    'does not read the document at sector_identifier_uri',
    registration('sector-lists-redirect-uris'),
    registersWithout('sector_identifier_uri', 'subject_type'),
  ),
  fault(
    'signs ID tokens with an algorithm of its own',
    registration('id-token-algorithm'),
    registersWithout('id_token_signed_response_alg'),
  ),
  fault(
    'signs ID tokens with ES256 if nothing is registered',
    registration('default-algorithm'),
    beforeJson('/register', (metadata) => {
      metadata['id_token_signed_response_alg'] ??= 'ES256'
    }),
  ),
  fault(
    'leaves auth_time out',
    registration('auth-time-is-required'),
    resigned('id_token', ({ claims }) => delete claims['auth_time'], keys),
  ),
  fault(
    'registers whatever it is sent',
    registration('one-source-of-keys', 'private-keys-are-refused', 'registered-uris-are-checked'),
    forgiving('/register', { client_id: 'given' }),
  ),
  fault('fetches the logo at registration', rfc7591('uris-are-not-fetched'), {
    request: ({ path, body }) => (path === '/register' && body.includes('logo_uri') ? fetched(JSON.parse(body).logo_uri) : undefined),
  }),
  fault(
    'does not escape pages',
    rfc7591('names-are-escaped'),
    pages((body) => body.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"')),
  ),
  fault('shows the user code of the address as it is', of('rfc8628')('user-code-is-escaped'), {
    answer(answer, { query }) {
      answer.body += query.get('user_code') ?? ''
    },
  }),
  fault(
    'does not hold clients to what they registered',
    [
      ...of('rfc9126')('pushing-can-be-required'),
      ...of('rfc9101')('signing-can-be-required'),
      ...of('rfc9449')('bound-clients-send-proofs'),
    ],
    registersWithout('require_pushed_authorization_requests', 'require_signed_request_object', 'dpop_bound_access_tokens'),
  ),
  fault(
    'registers with any initial access token, and updates anything',
    [...rfc7591('initial-access-token-is-checked'), ...of('rfc7592')('update-is-checked')],
    forgiving(/^\/register/, { client_id: 'given' }),
  ),
  fault(
    'omits c_hash',
    core('hybrid-response'),
    frontIdToken(({ claims }) => delete claims['c_hash'], keys),
  ),
  fault(
    'names somebody else in the ID token of a hybrid response',
    core('hybrid-id-tokens-agree'),
    frontIdToken(({ claims }) => Object.assign(claims, { sub: 'somebody-else' }), keys),
  ),
  fault(
    'omits the nonce from the ID token of an implicit response',
    core('implicit-id-token'),
    frontIdToken(({ claims }) => delete claims['nonce'], keys),
  ),
  fault(
    'does not need a nonce in the implicit flow',
    core('implicit-needs-a-nonce'),
    before('/authorize', ({ query }) => {
      if (!query.has('nonce')) query.set('nonce', 'none')
      return undefined
    }),
  ),
  fault(
    'sends ID tokens in the query',
    of('oauth-2-0-multiple-response-type-encoding-practices')('no-tokens-in-the-query'),
    both(
      before('/authorize', ({ query }) => {
        query.delete('response_mode')
        return undefined
      }),
      pages((body) => body.replaceAll('callback#', 'callback?')),
    ),
  ),
]

async function fetched(url: string): Promise<undefined> {
  await fetch(url).catch(() => {})
}
