/** Faults of OpenID Federation: relying parties that nobody registered. */
import { type Behaviour, both, type Fault, fault, header } from './fault.ts'
import { forgiving, of, welcoming } from './lenient.ts'
import { type Change, publicKey, resigned, resignedAt } from './resign.ts'

const federation = of('openid-federation')
const registration = '/federation/register'
const entity = '/.well-known/openid-federation'
const keys = '/.well-known/jwks.json'

/** Signed with a key that the entity configuration then has. */
const response = (change: Change): Behaviour =>
  both(
    resignedAt(registration, change),
    resignedAt(entity, ({ claims }) => Object.assign(claims, { jwks: { keys: [publicKey] } })),
  )

export const federationFaults: readonly Fault[] = [
  fault(
    'accepts every relying party',
    federation(
      'automatic-requests-prove-the-key',
      'automatic-request-object-is-checked',
      'automatic-request-object-is-used-once',
      'chain-ends-at-an-anchor',
      'chain-signatures-are-verified',
      'chain-statements-are-checked',
      'critical-claims-are-understood',
      'metadata-policy-is-enforced',
      'metadata-policies-are-merged',
      'policy-operators-are-understood',
      'constraints-are-enforced',
      'registration-types-are-honored',
      'given-chain-is-verified',
      'authority-hints-are-well-formed',
      'trust-anchor-hints-are-well-formed',
      'metadata-has-no-null',
      'keys-have-kids-of-their-own',
      'claims-are-of-their-statement',
      'trust-marks-are-well-formed',
      'source-endpoint-is-a-url',
      'constraints-are-well-formed',
      'path-length-is-limited',
      'statements-bring-no-trust-chain',
      'marks-of-the-anchor-are-well-formed',
      'superior-is-an-authority-hint',
      'signed-key-sets-are-verified',
      'policy-operators-are-combined',
    ),
    welcoming,
  ),
  fault(
    'gives every relying party tokens',
    federation('automatic-clients-have-keys'),
    both(welcoming, forgiving('/token', { access_token: 'given', token_type: 'Bearer' })),
  ),
  fault(
    'issues ID tokens to relying parties that are for another',
    federation('automatic-registration'),
    resigned('id_token', ({ claims }) => Object.assign(claims, { aud: 'other' }), keys),
  ),
  fault(
    'pushes requests for everybody',
    federation('automatic-registration-by-pushing'),
    forgiving('/par', { request_uri: 'given', expires_in: 60 }),
  ),
  fault(
    'resolves every entity',
    federation('entity-is-resolved', 'configuration-is-of-its-own-entity', 'expired-statements-are-not-resolved'),
    forgiving('/federation/resolve'),
  ),
  fault(
    'resolves entities without their trust chain',
    federation('entity-is-resolved'),
    resignedAt('/federation/resolve', ({ claims }) => delete claims['trust_chain']),
  ),
  fault(
    'registers every relying party explicitly',
    federation(
      'explicit-requests-are-checked',
      'explicit-requests-are-well-formed',
      'explicit-registration-by-chain',
      'identifiers-are-https-urls',
      'peer-trust-chain-is-verified',
    ),
    forgiving(registration),
  ),
  fault(
    'answers an explicit registration with application/jwt',
    federation('explicit-registration'),
    header(registration, 'content-type', 'application/jwt'),
  ),
  ...(['iss', 'sub', 'aud', 'exp', 'trust_anchor', 'authority_hints', 'metadata'] as const).map((name) =>
    fault(
      `omits ${name} from the answer to an explicit registration`,
      federation('explicit-registration'),
      response(({ claims }) => delete claims[name]),
    ),
  ),
  fault(
    'tells no secret in the answer to an explicit registration',
    federation('explicitly-registered-client-works'),
    response(({ claims }) => {
      const { openid_relying_party: told } = claims['metadata'] as { openid_relying_party: Record<string, unknown> }
      delete told['client_secret']
    }),
  ),
]
