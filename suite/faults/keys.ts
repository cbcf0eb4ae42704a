/** Faults of RFC 7523 and RFC 9449. */
import { answers, authenticateAs, before, both, type Fault, fault, header, member, without } from './fault.ts'

const rfc7523 = (...names: readonly string[]) => names.map((name) => `rfc7523/${name}`)
const rfc9449 = (...names: readonly string[]) => names.map((name) => `rfc9449/${name}`)

/** Authenticates every request with an assertion as another client. */
const anyAssertion = before('/token', (request) => {
  if (request.form?.has('client_assertion')) authenticateAs('machine', request)
})

const assertionFaults: readonly Fault[] = [
  fault(
    'rejects client assertions',
    rfc7523('assertion-authenticates'),
    answers('/token', ({ form }) => form?.has('client_assertion'), 401, { error: 'invalid_client' }),
  ),
  fault(
    'does not verify client assertions',
    rfc7523('assertion-is-checked', 'assertion-is-signed-by-the-client', 'assertion-is-used-once'),
    anyAssertion,
  ),
]

/** Issues bearer tokens that claim to be bound. */
const unbound = both(
  both(
    without('/auth', 'dpop_jkt'),
    before('/token', (request) => {
      delete request.headers['dpop']
    }),
  ),
  both(
    member('/token', 'token_type', (was: unknown) => was && 'DPoP'),
    before('/me', ({ headers }) => {
      headers['authorization'] = (headers['authorization'] ?? '').replace(/^DPoP/, 'Bearer')
      delete headers['dpop']
    }),
  ),
)

const dpopFaults: readonly Fault[] = [
  fault(
    'does not bind tokens to DPoP keys',
    rfc9449(
      'confirmation-claim',
      'bound-token-is-no-bearer-token',
      'proofs-are-checked',
      'proofs-at-resources-are-checked',
      'proof-is-used-once',
      'refresh-tokens-of-public-clients-are-bound',
      'code-is-bound-by-thumbprint',
      'challenge-names-dpop',
    ),
    unbound,
  ),
  fault('returns bound tokens with type Bearer', rfc9449('bound-tokens'), member('/token', 'token_type', 'Bearer')),
  fault('sends no DPoP challenge', rfc9449('challenge-names-dpop'), header('/me', 'www-authenticate', 'Bearer')),
  fault(
    'compares htu with the query',
    rfc9449('query-does-not-count'),
    answers('/me', ({ query }) => query.size > 0, 401, {}),
  ),
]

export const keyFaults: readonly Fault[] = [...assertionFaults, ...dpopFaults]
