/** Faults of what programs call: pushed request objects, devices, DPoP, and the metadata about it. */
import { afterJson, answerWith, authenticateAs, type Behaviour, before, type Fault, fault, header, member, without } from './fault.ts'
import { forgiving, of, welcoming } from './lenient.ts'

const issuance = of('openid-for-verifiable-credential-issuance')
const rfc7523 = of('rfc7523')
const rfc8628 = of('rfc8628')
const rfc9126 = of('rfc9126')
const rfc9449 = of('rfc9449')
const metadata = '/.well-known/openid-configuration'
const begun = { device_code: 'given', user_code: 'given', verification_uri: 'https://given.example', expires_in: 60 }

/** A server error where something has a name of the language, or is nothing but dots, or the scheme of a token stands alone. */
const brittle: Behaviour = {
  request({ body, form, headers }) {
    const isOdd = /__proto__/.test(body) || form?.get('token') === '..' || headers['authorization'] === 'Bearer'
    return isOdd ? answerWith(500, { error: 'server_error' }) : undefined
  },
}

export const programFaults: readonly Fault[] = [
  fault(
    'has a server error where something is odd',
    [
      ...issuance('odd-requests-are-no-fault'),
      ...rfc9126('odd-values-are-no-fault'),
      'openid-connect-ciba-core/odd-values-are-no-fault',
      'rfc6750/malformed-headers-are-challenged',
      'rfc7009/odd-tokens-are-fine',
      'rfc7591/odd-bodies-are-no-fault',
      'rfc7662/odd-tokens-are-inactive',
    ],
    brittle,
  ),
  fault(
    'tells no authorization details with a refresh',
    ['rfc9396/details-are-told-with-a-refresh'],
    afterJson('/token', (said, { form }) => {
      if (form?.get('grant_type') === 'refresh_token') delete said['authorization_details']
    }),
  ),
  fault('does not read pushed request objects', rfc9126('request-objects-can-be-pushed'), without('/par', 'request')),
  fault(
    'accepts every pushed request object',
    rfc9126('pushed-request-objects-are-checked'),
    forgiving('/par', { request_uri: 'urn:given', expires_in: 60 }),
  ),
  fault('gives every client a device code', rfc8628('grant-type-must-be-registered'), forgiving('/device_authorization', begun)),
  fault(
    'reads the query of a device authorization request',
    rfc8628('parameters-are-in-the-body'),
    before('/device_authorization', ({ query, form }) => {
      for (const [name, value] of query) form?.set(name, value)
      return undefined
    }),
  ),
  fault(
    'lists no algorithms in the challenge of UserInfo',
    rfc9449('challenge-lists-algorithms'),
    header('/userinfo', 'www-authenticate', 'DPoP error="invalid_dpop_proof"', ({ status }) => status === 401),
  ),
  fault(
    'offers unsigned DPoP proofs',
    rfc9449('algorithms-are-asymmetric'),
    member(metadata, 'dpop_signing_alg_values_supported', ['ES256', 'none']),
  ),
  fault(
    'does not tell APIs the key of a token',
    [...rfc9449('introspection-tells-the-key'), 'rfc8705/introspection-tells-the-certificate'],
    member('/introspect', 'cnf', undefined),
  ),
  fault(
    'does not tell the algorithms of client assertions',
    ['rfc8414/assertion-algorithms-are-told'],
    member(metadata, 'token_endpoint_auth_signing_alg_values_supported', undefined),
  ),
  fault('accepts a bearer token with any proof', rfc9449('bearer-token-is-no-bound-token'), forgiving('/userinfo', { sub: 'given' })),
  fault(
    'offers bearer tokens alone',
    ['rfc9700/sender-constraining-is-offered'],
    afterJson(metadata, (members) => {
      delete members['dpop_signing_alg_values_supported']
      delete members['tls_client_certificate_bound_access_tokens']
    }),
  ),
  fault('does not list its claims', ['openid-connect-discovery/recommended-members'], member(metadata, 'claims_supported', undefined)),
  fault(
    'ignores the type of client assertions',
    rfc7523('assertion-type-must-be-known'),
    before('/token', ({ form }) => {
      if (form?.has('client_assertion')) form.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
      return undefined
    }),
  ),
  fault(
    'ignores the client_id beside a client assertion',
    rfc7523('assertion-and-client-id-agree'),
    before('/token', ({ form }) => {
      if (form?.has('client_assertion')) form.delete('client_id')
      return undefined
    }),
  ),
  fault(
    'takes pre-authorized codes from anybody',
    issuance('anonymous-wallets-are-refused'),
    before('/token', (request) => {
      if (request.form?.has('pre-authorized_code')) authenticateAs('wallet', request)
      return undefined
    }),
  ),
  fault('answers 403 to every wrong request about a grant', ['oauth-2-0-grant-management/errors-have-their-status'], {
    answer(answer, { path }) {
      if (path.startsWith('/grants/') && answer.status >= 400) answer.status = 403
    },
  }),
  fault('authorizes every credential', issuance('unknown-credentials-are-not-authorized'), welcoming),
  fault(
    'offers client secrets alone',
    ['rfc9700/asymmetric-client-authentication-is-offered'],
    member(metadata, 'token_endpoint_auth_methods_supported', ['client_secret_basic']),
  ),
]
