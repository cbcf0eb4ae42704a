/** What a check needs, determined from the server's metadata. */
import type { Metadata } from './metadata.ts'
import type { Target } from './target/target.ts'

type Condition = (metadata: Metadata, target: Target) => boolean

const endpoint =
  (name: string): Condition =>
  (metadata) =>
    metadata.text(name) !== undefined

const lists =
  (name: string, value: string, byDefault: readonly string[] = []): Condition =>
  (metadata) =>
    (metadata.list(name) ?? byDefault).includes(value)

const says =
  (name: string): Condition =>
  (metadata) =>
    metadata.is(name) === true

const grant = (type: string) => lists('grant_types_supported', type, ['authorization_code', 'implicit']) // RFC 8414 §2
const all =
  (...conditions: Condition[]): Condition =>
  (metadata, target) =>
    conditions.every((condition) => condition(metadata, target))

const needs = {
  'code flow': all(endpoint('authorization_endpoint'), lists('response_types_supported', 'code'), grant('authorization_code')),
  'token endpoint': endpoint('token_endpoint'),
  'refresh tokens': grant('refresh_token'),
  'client credentials': grant('client_credentials'),
  'password grant': grant('password'),
  PKCE: lists('code_challenge_methods_supported', 'S256'),
  'issuer identification': says('authorization_response_iss_parameter_supported'),
  'form post': lists('response_modes_supported', 'form_post'),
  fragment: lists('response_modes_supported', 'fragment', ['query', 'fragment']),
  'key set': endpoint('jwks_uri'),
  OpenID: all(
    endpoint('jwks_uri'),
    endpoint('authorization_endpoint'),
    (m) => m.list('id_token_signing_alg_values_supported') !== undefined,
  ),
  UserInfo: endpoint('userinfo_endpoint'),
  offline_access: lists('scopes_supported', 'offline_access'),
  'claims parameter': says('claims_parameter_supported'),
  introspection: endpoint('introspection_endpoint'),
  'signed introspection': (m) => m.list('introspection_signing_alg_values_supported') !== undefined,
  'response type none': lists('response_types_supported', 'none'),
  revocation: endpoint('revocation_endpoint'),
  logout: endpoint('end_session_endpoint'),
  'back-channel logout': all(endpoint('end_session_endpoint'), says('backchannel_logout_supported')),
  'back-channel sessions': says('backchannel_logout_session_supported'),
  'front-channel logout': all(endpoint('end_session_endpoint'), says('frontchannel_logout_supported')),
  'front-channel sessions': says('frontchannel_logout_session_supported'),
  'two resources': (_, { resources }) => resources.length >= 2,
  'an API': (_, { api }) => api !== undefined,
  'step-up': (_, { api }) => api?.step_up_url !== undefined,
  'authentication classes': (m) => m.list('acr_values_supported') !== undefined,
  'pushed requests': endpoint('pushed_authorization_request_endpoint'),
  'request objects': says('request_parameter_supported'),
  'request objects by reference': all(says('request_uri_parameter_supported'), (_, { documents }) => documents !== undefined),
  DPoP: (m) => m.list('dpop_signing_alg_values_supported')?.includes('ES256') === true,
  'JWT bearer grant': grant('urn:ietf:params:oauth:grant-type:jwt-bearer'),
  'device flow': all(endpoint('device_authorization_endpoint'), grant('urn:ietf:params:oauth:grant-type:device_code')),
  'token exchange': grant('urn:ietf:params:oauth:grant-type:token-exchange'),
  'backchannel authentication': all(endpoint('backchannel_authentication_endpoint'), grant('urn:openid:params:grant-type:ciba')),
  'signed backchannel requests': lists('backchannel_authentication_request_signing_alg_values_supported', 'ES256'),
  'ping delivery': lists('backchannel_token_delivery_modes_supported', 'ping'),
  'push delivery': lists('backchannel_token_delivery_modes_supported', 'push'),
  'grant management': endpoint('grant_management_endpoint'),
  'client documents': says('client_id_metadata_document_supported'),
  hybrid: lists('response_types_supported', 'code id_token'),
  implicit: lists('response_types_supported', 'id_token'),
  'implicit tokens': lists('response_types_supported', 'id_token token'),
  'hybrid tokens': lists('response_types_supported', 'code id_token token'),
  'account selection': lists('prompt_values_supported', 'select_account'),
  client_secret_jwt: lists('token_endpoint_auth_methods_supported', 'client_secret_jwt'),
  pairwise: lists('subject_types_supported', 'pairwise'),
  registration: endpoint('registration_endpoint'),
  'certificate-bound tokens': all(says('tls_client_certificate_bound_access_tokens'), (_, { certificates }) => certificates !== undefined),
  'authorization details': (m) => m.list('authorization_details_types_supported') !== undefined,
  private_key_jwt: lists('token_endpoint_auth_methods_supported', 'private_key_jwt'),
} satisfies Readonly<Record<string, Condition>>

export type Need = keyof typeof needs

/** The first unmet need. */
export function unmet(wanted: readonly Need[], metadata: Metadata, target: Target): Need | undefined {
  return wanted.find((need) => !needs[need](metadata, target))
}
