/** Faults of metadata and keys. */
import { answers, type Behaviour, type Fault, fault, header, member } from './fault.ts'

const configuration = '/.well-known/openid-configuration'

const sets = (name: string, value: unknown) => member(configuration, name, value)
const lacks = (name: string) => member(configuration, name, undefined)
const adds = (name: string, value: string) => member(configuration, name, (was: string[]) => [...was, value])
const omits = (name: string, value: string) => member(configuration, name, (was: string[]) => was.filter((one) => one !== value))
const keys = (change: (key: Record<string, unknown>) => object): Behaviour =>
  member('/jwks', 'keys', (was: Record<string, unknown>[]) => was.map(change))

/** Serves changed metadata at the well-known URL of RFC 8414. */
const atBothPlaces = (change: object, type = 'application/json'): Behaviour => ({
  async request(request, ask) {
    if (request.path !== '/.well-known/oauth-authorization-server') return undefined
    const { body, headers, ...answer } = await ask({ ...request, path: configuration })
    return { ...answer, headers: { ...headers, 'content-type': type }, body: JSON.stringify({ ...JSON.parse(body), ...change }) }
  },
})

const rfc8414 = (name: string) => `rfc8414/${name}`
const discovery = (name: string) => `openid-connect-discovery/${name}`

export const metadataFaults: readonly Fault[] = [
  fault(
    'advertises an issuer with a trailing slash',
    [rfc8414('issuer-is-where-it-was-asked'), discovery('configuration-is-served')],
    sets('issuer', (was: string) => `${was}/`),
  ),
  fault('omits response_types_supported', [rfc8414('required-members'), discovery('required-members')], lacks('response_types_supported')),
  fault('omits subject_types_supported', [discovery('required-members')], lacks('subject_types_supported')),
  fault('advertises a string instead of an array', [rfc8414('required-members')], sets('scopes_supported', 'openid')),
  fault('advertises an empty array', [rfc8414('no-empty-lists')], sets('ui_locales_supported', [])),
  fault('advertises an unsupported grant type', [rfc8414('grant-types-are-served')], adds('grant_types_supported', 'urn:example:grant')),
  fault('does not advertise a grant type', [rfc8414('grant-types-are-advertised')], omits('grant_types_supported', 'refresh_token')),
  fault('does not advertise PKCE', [rfc8414('pkce-is-advertised')], lacks('code_challenge_methods_supported')),
  fault('does not advertise iss', ['rfc9207/iss-is-advertised'], lacks('authorization_response_iss_parameter_supported')),
  fault(
    'advertises unsigned client assertions',
    [rfc8414('assertion-algorithms-exclude-none')],
    adds('token_endpoint_auth_signing_alg_values_supported', 'none'),
  ),
  fault(
    'serves two different metadata documents',
    [rfc8414('both-places-agree')],
    atBothPlaces({ token_endpoint: 'https://other.example/token' }),
  ),
  fault('serves metadata as text/plain', [rfc8414('metadata-is-json')], atBothPlaces({}, 'text/plain')),
  fault(
    'serves the configuration as text/plain',
    [discovery('configuration-is-served')],
    header(configuration, 'content-type', 'text/plain'),
  ),
  fault(
    'does not offer RS256',
    [discovery('rs256-is-offered'), 'openid-connect-core/id-token-signature'],
    omits('id_token_signing_alg_values_supported', 'RS256'),
  ),
  fault('does not list openid', [discovery('openid-is-a-scope')], omits('scopes_supported', 'openid')),
  fault('advertises an unknown subject type', [discovery('subject-types-are-known')], adds('subject_types_supported', 'odd')),
  fault(
    'advertises an algorithm without a key',
    [discovery('id-token-keys-are-published')],
    adds('id_token_signing_alg_values_supported', 'EdDSA'),
  ),
  fault(
    'does not advertise that request_uri is unsupported',
    [discovery('request-uri-is-served-unless-denied')],
    lacks('request_uri_parameter_supported'),
  ),
  fault('grants less than it advertises', [discovery('scopes-are-served')], member('/token', 'scope', 'openid')),
  fault('offers the implicit grant', ['rfc9700/no-implicit-grant'], adds('response_types_supported', 'token')),
  fault('advertises the password grant', ['rfc9700/no-password-grant'], adds('grant_types_supported', 'password')),
  fault(
    'publishes private keys',
    ['rfc7517/keys-are-public'],
    keys((key) => ({ ...key, d: 'secret' })),
  ),
  fault(
    'publishes a symmetric key',
    ['rfc7517/keys-are-public'],
    keys((key) => ({ ...key, kty: 'oct' })),
  ),
  fault(
    'publishes keys with the same kid',
    ['rfc7517/key-ids-differ'],
    keys((key) => ({ ...key, kid: 'same' })),
  ),
  fault(
    'publishes keys without use',
    ['rfc7517/key-ids-differ'],
    keys(({ use, ...key }) => key),
  ),
  fault(
    'publishes short RSA keys',
    ['rfc7518/rsa-keys-are-long-enough'],
    keys((key) => ({ ...key, n: 'AQAB' })),
  ),
  fault(
    'publishes no keys',
    ['rfc7517/keys-are-public', 'openid-connect-core/id-token-claims'],
    answers('/jwks', () => true, 404, {}),
  ),
]
