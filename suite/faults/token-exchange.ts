/** Faults of RFC 8693. */
import { grantTypeOf } from '../src/target/prepared.ts'
import { afterJson, answers, before, both, type Fault, fault, type Request } from './fault.ts'

const rfc8693 = (...names: readonly string[]) => names.map((name) => `rfc8693/${name}`)

const isExchange = ({ form }: Request) => form?.get('grant_type') === grantTypeOf('token_exchange')

const asked = (change: (form: URLSearchParams) => void) =>
  before('/token', (request): undefined => {
    if (isExchange(request)) change(request.form!)
  })

const answered = (change: (said: Record<string, unknown>, form: URLSearchParams) => void) =>
  afterJson('/token', (said, request) => {
    if (isExchange(request) && said['access_token'] !== undefined) change(said, request.form!)
  })

/** Exchanges the latest issued access token in place of one that this server did not issue. */
function trusting() {
  const issued: string[] = []
  const seen = afterJson('/token', ({ access_token }) => {
    if (typeof access_token === 'string') issued.push(access_token)
  })
  const replaced = asked((form) => {
    const latest = issued.at(-1)
    if (latest !== undefined && !issued.includes(form.get('subject_token') ?? '')) form.set('subject_token', latest)
  })
  return both(replaced, seen)
}

const unknown = /unheard-of/

export const tokenExchangeFaults: readonly Fault[] = [
  fault(
    'omits issued_token_type',
    rfc8693('token-response'),
    answered((said) => delete said['issued_token_type']),
  ),
  fault(
    'tells N_A as the type of an access token',
    rfc8693('token-response'),
    answered((said) => Object.assign(said, { token_type: 'N_A' })),
  ),
  fault(
    'answers a token exchange with the subject token',
    rfc8693('issued-token-is-active'),
    answered((said, form) => Object.assign(said, { access_token: form.get('subject_token') })),
  ),
  fault(
    'exchanges subject tokens without a type',
    rfc8693('subject-token-is-required'),
    asked((form) => {
      if (!form.has('subject_token_type')) form.set('subject_token_type', 'urn:ietf:params:oauth:token-type:access_token')
    }),
  ),
  fault(
    'exchanges any subject token',
    rfc8693('subject-token-is-validated', 'subject-token-is-of-its-type', 'subject-token-is-required'),
    trusting,
  ),
  fault(
    'ignores actor tokens',
    rfc8693('actor-token-type-comes-with-its-token'),
    asked((form) => ['actor_token', 'actor_token_type'].forEach((name) => void form.delete(name))),
  ),
  fault(
    'ignores unknown requested token types',
    rfc8693('token-types-must-be-known'),
    asked((form) => {
      if (unknown.test(form.get('requested_token_type') ?? '')) form.delete('requested_token_type')
    }),
  ),
  fault(
    'does not revoke access tokens',
    rfc8693('revoked-subject-token-is-refused'),
    answers('/revoke', () => true, 200, {}),
  ),
  fault(
    'ignores unknown resources in a token exchange',
    rfc8693('unknown-target-is-refused'),
    asked((form) => {
      if (unknown.test(form.get('resource') ?? '')) form.delete('resource')
    }),
  ),
  fault(
    'grants the scope that a token exchange requests',
    rfc8693('scope-does-not-widen'),
    both(
      answered((said) => Object.assign(said, { scope: 'orders:read orders:write' })),
      asked((form) => void form.delete('scope')),
    ),
  ),
]
