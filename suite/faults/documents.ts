/** Faults of entity configurations and of credential issuers. */
import { decode } from '../src/actors/jwt.ts'
import { after, afterJson, answers, type Behaviour, type Fault, fault, header, member } from './fault.ts'
import { type Change, publicKey, resign } from './resign.ts'

const federation = (...names: readonly string[]) => names.map((name) => `openid-federation/${name}`)
const issuance = (...names: readonly string[]) => names.map((name) => `openid-for-verifiable-credential-issuance/${name}`)

const entity = '/.well-known/openid-federation'
const issuer = '/.well-known/openid-credential-issuer'

/** Changes the entity configuration, and signs it with a key that it then holds. */
const configuration = (change: Change): Behaviour =>
  after(entity, async (answer) => {
    answer.body = await resign(answer.body, (jwt) => {
      jwt.claims['jwks'] = { keys: [publicKey] }
      change(jwt)
    })
  })

const provider = (change: (members: Record<string, unknown>) => unknown): Behaviour =>
  configuration(({ claims }) => {
    const metadata = claims['metadata'] as { openid_provider: Record<string, unknown> }
    change(metadata.openid_provider)
  })

const sameNonce = (): Behaviour => {
  let first: unknown
  return afterJson('/nonce', (said) => {
    first ??= said['c_nonce']
    said['c_nonce'] = first
  })
}

export const documentFaults: readonly Fault[] = [
  fault(
    'serves the entity configuration as application/jwt',
    federation('entity-configuration-is-served'),
    header(entity, 'content-type', 'application/jwt'),
  ),
  fault(
    'issues an entity configuration of type JWT',
    federation('entity-configuration-is-served'),
    configuration(({ header: own }) => Object.assign(own, { typ: 'JWT' })),
  ),
  fault(
    'signs the entity configuration with a key that it does not hold',
    federation('entity-configuration-is-self-signed'),
    after(entity, async (answer) => {
      const { jwks } = decode(answer.body).claims
      answer.body = await resign(answer.body, ({ claims }) => Object.assign(claims, { jwks }))
    }),
  ),
  fault(
    'does not name the key of the entity configuration',
    federation('entity-configuration-is-self-signed'),
    configuration(({ header: own }) => delete own['kid']),
  ),
  ...['iss', 'sub', 'iat', 'exp'].map((name) =>
    fault(
      `omits ${name} from the entity configuration`,
      federation('entity-configuration-claims'),
      configuration(({ claims }) => delete claims[name]),
    ),
  ),
  fault(
    'has an empty list of authority hints',
    federation('entity-configuration-claims'),
    configuration(({ claims }) => Object.assign(claims, { authority_hints: [] })),
  ),
  fault(
    'names another token endpoint in the entity configuration',
    federation('provider-metadata-agrees'),
    provider((members) => Object.assign(members, { token_endpoint: 'https://other.example/token' })),
  ),
  fault(
    'does not say how clients of a federation register',
    federation('provider-metadata-agrees'),
    provider((members) => delete members['client_registration_types_supported']),
  ),
  fault('names another credential issuer', issuance('issuer-metadata'), member(issuer, 'credential_issuer', 'https://other.example')),
  fault('has no credential endpoint', issuance('issuer-metadata'), member(issuer, 'credential_endpoint', undefined)),
  fault('omits the format of credentials', issuance('issuer-metadata'), member(issuer, 'credential_configurations_supported', { one: {} })),
  fault('serves the issuer metadata as text', issuance('issuer-metadata-is-json'), header(issuer, 'content-type', 'text/plain')),
  fault('gives the same nonce again', issuance('nonce-response'), sameNonce),
  fault('allows nonces to be cached', issuance('nonce-response'), header('/nonce', 'cache-control', undefined)),
  fault(
    'issues credentials without a token',
    issuance('credential-needs-a-token'),
    answers('/credential', ({ headers }) => headers['authorization'] === undefined, 200, {}),
  ),
]
