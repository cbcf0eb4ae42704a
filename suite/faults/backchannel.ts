/** Faults of OpenID Connect CIBA Core. */
import { grantTypeOf } from '../src/target/prepared.ts'
import { answers, authenticateAs, type Behaviour, before, type Fault, fault, member } from './fault.ts'
import { forgiving, of, pages, renamed } from './lenient.ts'
import { repeats } from './memory.ts'
import { resigned } from './resign.ts'

const ciba = of('openid-connect-ciba-core')
const endpoint = '/backchannel_authentication'
const discovery = '/.well-known/openid-configuration'
const keys = '/.well-known/jwks.json'

/** Whoever comes to the link has approved. */
const anybodyAnswers = (): Behaviour => {
  let isVisited = false
  return {
    request({ path, form }) {
      if (path === `${endpoint}/approve`) isVisited = true
      if (path !== '/token' || form?.get('grant_type') !== grantTypeOf('ciba') || !isVisited) return undefined
      return {
        status: 200,
        headers: { 'content-type': 'application/json' },
        cookies: [],
        body: '{"access_token":"x","token_type":"Bearer"}',
      }
    },
  }
}

export const backchannelFaults: readonly Fault[] = [
  fault(
    'acknowledges every authentication request',
    ciba(
      'client-authenticates',
      'exactly-one-hint',
      'unknown-person',
      'scope-has-openid',
      'grant-type-must-be-registered',
      'id-token-hint',
      'signed-request-is-checked',
      'signed-request-stands-alone',
      'signed-request-is-used-once',
      'signing-clients-sign',
      'binding-message-is-checked',
      'requested-expiry-is-a-number',
      'notification-token-is-required',
    ),
    forgiving(endpoint, { auth_req_id: 'given', expires_in: 60 }),
  ),
  fault('omits the lifetime of an authentication request', ciba('acknowledgement'), member(endpoint, 'expires_in', undefined)),
  fault(
    'issues an ID token of another issuer after an approval',
    ciba('person-allows'),
    resigned('id_token', ({ claims }) => Object.assign(claims, { iss: 'https://other.example' }), keys),
  ),
  fault('does not say that an approval is pending', ciba('person-allows'), renamed('/token', 'authorization_pending', 'invalid_grant')),
  fault('calls a declined request invalid', ciba('person-declines'), renamed('/token', 'access_denied', 'invalid_grant')),
  fault('calls an expired request invalid', ciba('request-expires'), renamed('/token', 'expired_token', 'invalid_grant')),
  fault('calls an unknown auth_req_id expired', ciba('request-must-exist'), renamed('/token', 'invalid_grant', 'expired_token')),
  fault(
    'gives the tokens of an approval to every client',
    ciba('request-is-bound-to-client'),
    before('/token', (request) => {
      if (request.form?.get('grant_type') === grantTypeOf('ciba')) authenticateAs('ciba', request)
      return undefined
    }),
  ),
  fault('gives the tokens of an approval again', ciba('request-is-used-once'), () =>
    repeats('auth_req_id', '/token', ({ status }) => status === 200),
  ),
  fault('lets anybody approve', ciba('only-the-person-answers'), anybodyAnswers),
  fault(
    'does not show the binding message',
    ciba('binding-message-is-shown'),
    pages((body) => body.replaceAll(/Order [\w-]+/g, '')),
  ),
  fault(
    'notifies clients of another auth_req_id',
    ciba(
      'ping-tells-the-client',
      'ping-comes-when-declined',
      'push-delivers-tokens',
      'push-tells-of-a-refusal',
      'pushed-id-token-binds-the-tokens',
    ),
    member(endpoint, 'auth_req_id', (was: unknown) => was && `${was}x`),
  ),
  fault(
    'calls the auth_req_id of a client in push mode unknown',
    ciba('push-clients-cannot-ask'),
    renamed('/token', 'unauthorized_client', 'invalid_grant'),
  ),
  fault('lists no delivery modes', ciba('metadata'), member(discovery, 'backchannel_token_delivery_modes_supported', undefined)),
  fault(
    'takes no signed authentication requests',
    ciba('signed-request-works'),
    answers(endpoint, ({ form }) => form?.has('request'), 400, { error: 'invalid_request' }),
  ),
]
