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
  fault('gives a code to each browser with a pushed request', of('rfc9126')('request-uri-race'), welcoming),
  fault(
    'issues credentials for any request',
    issuance('proofs-are-checked', 'nonces-are-checked', 'proof-is-used-once', 'request-is-checked', 'token-is-for-the-credential'),
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
