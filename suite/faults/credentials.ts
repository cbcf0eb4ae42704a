/** Faults of OpenID for Verifiable Credential Issuance: encryption, offers, identifiers and notifications. */
import { grantTypeOf } from '../src/target/prepared.ts'
import {
  after,
  afterJson,
  answers,
  answerWith,
  type Behaviour,
  before,
  type Fault,
  fault,
  header,
  member,
  type Request,
  status,
} from './fault.ts'
import { forgiving, of } from './lenient.ts'
import { repeats } from './memory.ts'
import { resign } from './resign.ts'

const issuance = of('openid-for-verifiable-credential-issuance')
const issuer = '/.well-known/openid-credential-issuer'
const isEncrypted = ({ headers }: { headers: Record<string, string> }) => headers['content-type'] === 'application/jwt'

/** Changes offers by reference. */
const offers = (change: (answer: { headers: Record<string, string>; body: string }) => unknown): Behaviour => ({
  answer(answer, { path }) {
    if (path.startsWith('/credential-offers/')) change(answer)
  },
})

/** Changes the descriptions of credentials in the metadata. */
const configurations = (change: (configuration: Record<string, unknown>) => unknown): Behaviour =>
  afterJson(issuer, (metadata) => {
    for (const one of Object.values(metadata['credential_configurations_supported'] as Record<string, Record<string, unknown>>)) change(one)
  })

export const credentialFaults: readonly Fault[] = [
  fault(
    'takes no encrypted credential requests',
    issuance('encrypted-request', 'encrypted-response'),
    answers('/credential', isEncrypted, 400, { error: 'invalid_credential_request' }),
  ),
  fault(
    'calls an encrypted response JSON',
    issuance('encrypted-response'),
    header('/credential', 'content-type', 'application/json', ({ status }) => status === 200),
  ),
  fault(
    'issues credentials to every request',
    issuance(
      'batch-size',
      'credential-by-identifier',
      'encryption-is-checked',
      'response-encryption-needs-an-encrypted-request',
      'undecryptable-requests-are-refused',
    ),
    forgiving('/credential', { credentials: [{ credential: 'given' }] }),
  ),
  fault(
    'does not name its encryption keys',
    issuance('encryption-metadata'),
    afterJson(issuer, (metadata) => {
      const { jwks } = metadata['credential_request_encryption'] as { jwks: { keys: { kid?: string }[] } }
      for (const key of jwks.keys) delete key.kid
    }),
  ),
  fault('issues batches of one', issuance('batch-size'), member(issuer, 'batch_credential_issuance', { batch_size: 1 })),
  fault(
    'names another issuer in offers by reference',
    issuance('offer-has-its-members'),
    offers((answer) => (answer.body = answer.body.replace(/"credential_issuer":"[^"]*"/, '"credential_issuer":"https://other.example"'))),
  ),
  fault(
    'has an offer behind every reference',
    issuance('offer-reference-must-exist'),
    forgiving(/^\/credential-offers\//, { credential_configuration_ids: ['staff-badge'] }),
  ),
  fault(
    'serves offers as text',
    issuance('offer-by-reference-is-json'),
    offers((answer) => (answer.headers['content-type'] = 'text/plain')),
  ),
  fault(
    'takes no pre-authorized codes',
    issuance('pre-authorized-code'),
    answers('/token', ({ form }) => form?.get('grant_type') === grantTypeOf('pre_authorized_code'), 400, { error: 'invalid_grant' }),
  ),
  fault('gives the token of an offer again', issuance('pre-authorized-code-is-used-once'), () =>
    repeats('pre-authorized_code', '/token', ({ status }) => status === 200),
  ),
  fault(
    'takes every pre-authorized code and transaction code',
    issuance(
      'pre-authorized-code-must-exist',
      'transaction-code-is-checked',
      'transaction-codes-are-not-guessed',
      'unexpected-transaction-code',
    ),
    forgiving('/token', { access_token: 'given', token_type: 'Bearer' }),
  ),
  fault(
    'names no credentials in the token response',
    issuance('token-response-names-credentials'),
    member('/token', 'authorization_details', undefined),
  ),
  fault(
    'refuses unknown parameters of a credential request',
    issuance('unknown-members-are-ignored'),
    answers('/credential', ({ body }) => body.includes('unknown'), 400, { error: 'invalid_credential_request' }),
  ),
  fault(
    'refuses unknown scopes beside that of a credential',
    issuance('unknown-scopes-are-ignored'),
    before('/authorize', ({ query }) =>
      query.get('scope')?.includes('no-such') ? answerWith(400, { error: 'invalid_scope' }) : undefined,
    ),
  ),
  fault(
    'signs metadata without its type',
    issuance('signed-metadata'),
    after(issuer, async (answer) => {
      if (!answer.body.startsWith('{')) answer.body = await resign(answer.body, ({ header: own }) => Object.assign(own, { typ: 'JWT' }))
    }),
  ),
  fault('takes every notification', issuance('notification', 'notification-of-another-wallet'), forgiving('/notification')),
  fault(
    'knows every transaction_id',
    issuance('transaction-must-exist', 'transaction-is-used-once', 'transaction-is-of-its-wallet'),
    forgiving('/deferred-credential', { credentials: [{ credential: 'given' }] }),
  ),
  fault(
    'answers 200 while a credential waits',
    issuance('deferred-credential'),
    status('/deferred-credential', (code) => (code === 202 ? 200 : code)),
  ),
  fault(
    'takes no encrypted requests for deferred credentials',
    issuance('deferred-response-is-encrypted'),
    answers('/deferred-credential', isEncrypted, 400, { error: 'invalid_credential_request' }),
  ),
  fault(
    'issues one credential for all attested keys',
    issuance('attested-keys'),
    member('/credential', 'credentials', (was: unknown) => (Array.isArray(was) ? was.slice(0, 1) : was)),
  ),
  fault(
    'takes every attestation',
    issuance('attestation-by-itself', 'attestations-are-checked'),
    forgiving('/credential', { credentials: [{ credential: 'given' }] }),
  ),
  fault('gives nonces without TLS', issuance('endpoints-are-https'), member(issuer, 'nonce_endpoint', 'http://localhost/nonce')),
  fault(
    'does not say how credentials are bound',
    issuance('binding-and-proofs-go-together'),
    configurations((one) => delete one['cryptographic_binding_methods_supported']),
  ),
  fault(
    'describes a credential twice in one language',
    issuance('one-display-per-language'),
    configurations((one) => {
      const about = one['credential_metadata'] as { display: object[] }
      about.display = [...about.display, ...about.display]
    }),
  ),
  fault(
    'repeats what was sent in errors of the credential endpoint',
    issuance('credential-errors-are-plain'),
    member('/credential', 'error_description', (was: unknown, { body }: Request) => (was === undefined ? was : body)),
  ),
]
