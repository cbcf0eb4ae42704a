/** Faults of what should have ended, of what works once, and of credentials. */
import { afterJson, both, type Fault, fault, header } from './fault.ts'
import { forgiving, of, welcoming } from './lenient.ts'

const issuance = of('openid-for-verifiable-credential-issuance')
const tokens = { access_token: 'given', token_type: 'Bearer' }

export const endingFaults: readonly Fault[] = [
  fault(
    'accepts tokens of people and clients that are gone',
    [
      ...of('rfc9700')(
        'suspended-people-have-no-tokens',
        'deleted-people-have-no-tokens',
        'withdrawn-consent-ends-tokens',
        'new-password-ends-tokens',
      ),
      ...of('rfc7592')('deleted-client-has-no-tokens'),
    ],
    both(forgiving('/userinfo'), forgiving('/token', tokens)),
  ),
  fault('accepts a proof in many requests at once', of('rfc9449')('proof-race'), forgiving('/userinfo')),
  fault('accepts an assertion in many requests at once', of('rfc7523')('assertion-race'), forgiving('/token', tokens)),
  fault(
    'refuses nothing at the token endpoint',
    [
      ...of('rfc6749')('code-is-bound-to-its-client-alone'),
      ...of('rfc7636')('verifier-must-be-well-formed'),
      ...of('rfc8693')('actor-token-is-validated', 'bound-subject-token-needs-its-key'),
      ...of('rfc8705')('bound-clients-present-certificates'),
    ],
    forgiving('/token', tokens),
  ),
  fault(
    'refuses no pushed request',
    of('rfc9449')('pushed-key-and-proof-agree'),
    forgiving('/par', { request_uri: 'urn:given', expires_in: 60 }),
  ),
  fault('introspects for anybody', of('rfc7662')('one-authentication-method'), forgiving('/introspect', { active: true })),
  fault('answers UserInfo for any token', of('rfc6750')('form-tokens-need-post'), forgiving('/userinfo')),
  fault(
    'refuses nothing at the authorization endpoint',
    [
      ...of('rfc6749')('response-type-must-be-registered'),
      ...of('rfc9101')('issuer-is-the-client', 'assertions-are-no-requests'),
      ...of('openid-connect-core')('userinfo-claims-need-a-token'),
    ],
    welcoming,
  ),
  fault('follows any address after a logout', of('openid-connect-rp-initiated-logout')('client-must-be-known'), {
    answer(answer, { path, query }) {
      const to = query.get('post_logout_redirect_uri')
      if (path.startsWith('/logout') && to !== null) Object.assign(answer, { status: 303, body: '', headers: { location: to } })
    },
  }),
  fault('gives a code to each browser with a pushed request', of('rfc9126')('request-uri-race'), welcoming),
  fault(
    'issues credentials for any request',
    issuance(
      'encryption-is-checked',
      'proofs-are-checked',
      'nonces-are-checked',
      'proof-is-used-once',
      'request-is-checked',
      'token-is-for-the-credential',
    ),
    forgiving('/credential', { credentials: [] }),
  ),
  fault('lets credentials be stored on the way', issuance('credential-is-issued'), header('/credential', 'cache-control', undefined)),
  fault(
    'mixes the credentials of a batch up',
    issuance('one-key-per-credential'),
    afterJson('/credential', (said) => {
      said['credentials'] = (said['credentials'] as object[] | undefined)?.toReversed()
    }),
  ),
]
