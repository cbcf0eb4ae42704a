/** Faults of client authentication. */
import { basic } from '../src/actors/authenticate.ts'
import { answers, authenticateAs, before, both, clientOf, type Fault, fault, header, status } from './fault.ts'
import { codesSeen, ownersAre, tokensSeen } from './memory.ts'

const rfc6749 = (...names: readonly string[]) => names.map((name) => `rfc6749/${name}`)

export const clientAuthenticationFaults: readonly Fault[] = [
  fault(
    'accepts any client secret',
    rfc6749(
      'wrong-secret-is-refused',
      'secret-in-body-is-accepted',
      'code-needs-client-authentication',
      'refresh-needs-client-authentication',
      'client-credentials-need-authentication',
    ),
    before('/token', (request) => {
      const name = clientOf(request)
      if (name) authenticateAs(name, request)
    }),
  ),
  fault(
    'ignores which client presents a code',
    rfc6749('unknown-client-is-refused', 'public-client-names-itself', 'code-is-bound-to-client'),
    () => ownersAre(codesSeen(), 'code'),
  ),
  fault('ignores which client presents a refresh token', rfc6749('refresh-is-bound-to-client'), () =>
    ownersAre(tokensSeen('refresh_token'), 'refresh_token'),
  ),
  fault('sends no challenge with invalid_client', rfc6749('wrong-secret-is-refused'), header('/token', 'www-authenticate', undefined)),
  fault(
    'sends invalid_client with status 400',
    rfc6749('wrong-secret-is-refused'),
    status('/token', (code) => (code === 401 ? 400 : code)),
  ),
  fault(
    'accepts client credentials in the query',
    rfc6749('secret-in-query-is-refused'),
    before('/token', ({ query, headers }) => {
      const [id, secret] = [query.get('client_id'), query.get('client_secret')]
      if (id && secret) headers['authorization'] = basic(id, secret)
    }),
  ),
  fault(
    'accepts two authentication methods at once',
    rfc6749('one-authentication-method', 'two-names-for-one-client'),
    before('/token', ({ headers, form }) => {
      if (!headers['authorization']) return
      form?.delete('client_id')
      form?.delete('client_secret')
    }),
  ),
  fault(
    'compares the Basic scheme case-sensitively',
    rfc6749('basic-scheme-has-no-case'),
    answers('/token', ({ headers }) => headers['authorization']?.startsWith('basic'), 401, { error: 'invalid_client' }),
  ),
  fault(
    'does not decode Basic credentials',
    rfc6749('basic-credentials-are-form-encoded'),
    before('/token', ({ headers }) => {
      const [, encoded = ''] = (headers['authorization'] ?? '').split(' ')
      const [id = '', secret = ''] = Buffer.from(encoded, 'base64').toString().split(':')
      if (encoded) headers['authorization'] = basic(id, secret)
    }),
  ),
  fault(
    'allows every client the client credentials grant',
    rfc6749('client-credentials-are-for-confidential-clients', 'grant-type-must-be-registered'),
    before('/token', (request) => {
      if (request.form?.get('grant_type') === 'client_credentials') authenticateAs('machine', request)
    }),
  ),
  fault('allows a client a grant type it is not registered for', rfc6749('grant-type-must-be-registered'), () =>
    both(codesSeen().behaviour, {
      request(request) {
        if (request.form?.get('grant_type') === 'authorization_code' && clientOf(request) === 'machine') authenticateAs('web', request)
      },
    }),
  ),
]
