/** Faults of RFC 7591, RFC 7592 and OpenID Connect Registration: metadata of clients that is not checked, told or honored. */
import { answers, both, type Fault, fault, member } from './fault.ts'
import { beforeJson, forgiving, of } from './lenient.ts'

const registration = of('openid-connect-registration')
const rfc7591 = of('rfc7591')
const given = { access_token: 'given', token_type: 'Bearer' }

const registersWithout = (name: string) => beforeJson('/register', (metadata) => delete metadata[name])

export const clientMetadataFaults: readonly Fault[] = [
  fault(
    'authenticates clients with any algorithm and secret',
    [...registration('assertion-algorithm'), 'openid-connect-core/secret-signs-assertions'],
    forgiving('/token', given),
  ),
  fault(
    'does not register the algorithm of request objects',
    registration('request-object-algorithm'),
    registersWithout('request_object_signing_alg'),
  ),
  fault(
    'says that it registered the greatest age of a session',
    registration('default-max-age'),
    both(registersWithout('default_max_age'), member('/register', 'default_max_age', 1)),
  ),
  fault(
    'registers that ID tokens are unsigned',
    registration('no-unsigned-id-tokens'),
    answers('/register', ({ body }) => body.includes('"none"'), 201, { client_id: 'given', id_token_signed_response_alg: 'none' }),
  ),
  fault(
    'registers whatever is sent',
    [
      ...registration('implicit-web-clients-use-https'),
      ...rfc7591('code-clients-register-redirect-uris'),
      'openid-connect-back-channel-logout/logout-uri-is-checked',
      'openid-connect-front-channel-logout/uri-is-of-the-client',
      'rfc8705/one-subject-is-registered',
      'rfc8705/self-signed-clients-register-keys',
    ],
    forgiving('/register', { client_id: 'given' }),
  ),
  fault('updates whatever is sent', ['rfc7592/update-metadata-is-checked'], forgiving(/^\/register\//, { client_id: 'given' })),
  fault('issues short secrets', ['openid-connect-core/secrets-fit-their-algorithm'], member('/register', 'client_secret', 'short-secret')),
  fault('registers clients without a secret', rfc7591('defaults-apply'), member('/register', 'token_endpoint_auth_method', 'none')),
  fault('tells a client contacts of somebody else', rfc7591('metadata-is-told'), member('/register', 'contacts', ['other@other.example'])),
  fault('does not tell a client its grant types', rfc7591('metadata-is-told'), member('/register', 'grant_types', undefined)),
  fault(
    'believes every software statement',
    rfc7591('software-statements-are-verified'),
    answers('/register', ({ body }) => body.includes('software_statement'), 201, { client_id: 'given', client_name: 'Stranger' }),
  ),
  fault(
    'gives all clients one registration access token',
    ['rfc7592/registration-tokens-are-long-enough'],
    member('/register', 'registration_access_token', 'one-for-all'),
  ),
]
