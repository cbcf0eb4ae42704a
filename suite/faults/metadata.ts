/** Servers that say the wrong thing of themselves. */
import { answers, type Behaviour, type Fault, fault, header, member } from './fault.ts'

const configuration = '/.well-known/openid-configuration'

const sets = (name: string, value: unknown) => member(configuration, name, value)
const lacks = (name: string) => member(configuration, name, undefined)
const adds = (name: string, value: string) => member(configuration, name, (was: string[]) => [...was, value])
const omits = (name: string, value: string) => member(configuration, name, (was: string[]) => was.filter((one) => one !== value))
const keys = (change: (key: Record<string, unknown>) => object): Behaviour =>
  member('/jwks', 'keys', (was: Record<string, unknown>[]) => was.map(change))

/** The same metadata at the place of RFC 8414, but for this. */
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
    'issuer with a slash',
    [rfc8414('issuer-is-where-it-was-asked'), discovery('configuration-is-served')],
    sets('issuer', (was: string) => `${was}/`),
  ),
  fault('no response types', [rfc8414('required-members'), discovery('required-members')], lacks('response_types_supported')),
  fault('no subject types', [discovery('required-members')], lacks('subject_types_supported')),
  fault('a list that is text', [rfc8414('required-members')], sets('scopes_supported', 'openid')),
  fault('an empty list', [rfc8414('no-empty-lists')], sets('ui_locales_supported', [])),
  fault('a grant type that is not there', [rfc8414('grant-types-are-served')], adds('grant_types_supported', 'urn:example:grant')),
  fault('a grant type that is not told', [rfc8414('grant-types-are-advertised')], omits('grant_types_supported', 'refresh_token')),
  fault('PKCE that is not told', [rfc8414('pkce-is-advertised')], lacks('code_challenge_methods_supported')),
  fault('iss that is not told', ['rfc9207/iss-is-advertised'], lacks('authorization_response_iss_parameter_supported')),
  fault(
    'assertions without signature',
    [rfc8414('assertion-algorithms-exclude-none')],
    adds('token_endpoint_auth_signing_alg_values_supported', 'none'),
  ),
  fault('metadata that differ', [rfc8414('both-places-agree')], atBothPlaces({ token_endpoint: 'https://other.example/token' })),
  fault('metadata as text', [rfc8414('metadata-is-json')], atBothPlaces({}, 'text/plain')),
  fault('configuration as text', [discovery('configuration-is-served')], header(configuration, 'content-type', 'text/plain')),
  fault(
    'no RS256',
    [discovery('rs256-is-offered'), 'openid-connect-core/id-token-signature'],
    omits('id_token_signing_alg_values_supported', 'RS256'),
  ),
  fault('no openid', [discovery('openid-is-a-scope')], omits('scopes_supported', 'openid')),
  fault('an odd subject type', [discovery('subject-types-are-known')], adds('subject_types_supported', 'odd')),
  fault('an algorithm without a key', [discovery('id-token-keys-are-published')], adds('id_token_signing_alg_values_supported', 'EdDSA')),
  fault('request_uri that is not denied', [discovery('request-uri-is-served-unless-denied')], lacks('request_uri_parameter_supported')),
  fault('scopes that are not granted', [discovery('scopes-are-served')], member('/token', 'scope', 'openid')),
  fault('the implicit grant', ['rfc9700/no-implicit-grant'], adds('response_types_supported', 'token')),
  fault('the password grant', ['rfc9700/no-password-grant'], adds('grant_types_supported', 'password')),
  fault(
    'private keys',
    ['rfc7517/keys-are-public'],
    keys((key) => ({ ...key, d: 'secret' })),
  ),
  fault(
    'a symmetric key',
    ['rfc7517/keys-are-public'],
    keys((key) => ({ ...key, kty: 'oct' })),
  ),
  fault(
    'keys with the same id',
    ['rfc7517/key-ids-differ'],
    keys((key) => ({ ...key, kid: 'same' })),
  ),
  fault(
    'keys for anything',
    ['rfc7517/key-ids-differ'],
    keys(({ use, ...key }) => key),
  ),
  fault(
    'short RSA keys',
    ['rfc7518/rsa-keys-are-long-enough'],
    keys((key) => ({ ...key, n: 'AQAB' })),
  ),
  fault(
    'no keys',
    ['rfc7517/keys-are-public', 'openid-connect-core/id-token-claims'],
    answers('/jwks', () => true, 404, {}),
  ),
]
