/** Faults of Gatehouse: request objects by reference, assertions about people, and nonces of an API. */
import { decode, isJwt } from '../src/actors/jwt.ts'
import { grantTypeOf } from '../src/target/prepared.ts'
import { after, answers, type Behaviour, type Fault, fault, header, without } from './fault.ts'
import { forgiving, of, welcoming } from './lenient.ts'

const rfc9101 = of('rfc9101')
const rfc7523 = of('rfc7523')
const rfc9449 = of('rfc9449')

/** The nonce of the proof of a request. */
function nonceIn({ headers }: { headers: Record<string, string> }): unknown {
  const proof = headers['dpop'] ?? ''
  return isJwt(proof) ? decode(proof).claims['nonce'] : undefined
}

/** Tells the client another state. */
const statesOf = (state: string): Behaviour => ({
  answer(answer) {
    const changed = (text: string) => text.replace(/([?&](?:amp;)?state=)of(?:\+|%20)the(?:\+|%20)object/g, `$1${state}`)
    answer.body = changed(answer.body)
    const location = answer.headers['location']
    if (location !== undefined) answer.headers['location'] = changed(location)
  },
})

/** Of oidc-provider. */
export const nonceFaults: readonly Fault[] = [
  fault(
    'asks for a nonce and gives none',
    rfc9449('nonce-is-asked-for'),
    header('/token', 'dpop-nonce', undefined, ({ status }) => status === 400),
  ),
  fault('accepts every nonce', rfc9449('wrong-nonce-is-refused'), (): Behaviour => {
    const lenient = forgiving('/token', { access_token: 'given', token_type: 'DPoP' })
    return { answer: (answer, request) => (nonceIn(request) === undefined ? undefined : lenient.answer!(answer, request)) }
  }),
]

export const referenceFaults: readonly Fault[] = [
  fault('fetches no request objects', rfc9101('request-object-is-fetched'), without('/authorize', 'request_uri')),
  fault(
    'accepts every request_uri and what is there',
    [
      ...rfc9101('referenced-object-is-verified', 'unusable-reference-is-refused', 'reference-must-be-known'),
      'openid-connect-discovery/request-uris-are-registered',
    ],
    welcoming,
  ),
  fault('reads parameters beside a request_uri', rfc9101('parameters-beside-a-reference-do-not-count'), statesOf('beside')),
  fault(
    'takes no assertions about people',
    rfc7523('bearer-assertion-gives-a-token'),
    answers('/token', ({ form }) => form?.get('grant_type') === grantTypeOf('jwt_bearer'), 400, { error: 'invalid_grant' }),
  ),
  fault(
    'takes every assertion about people',
    rfc7523(
      'bearer-assertion-is-required',
      'bearer-assertion-is-checked',
      'bearer-assertion-is-signed',
      'bearer-assertion-times-are-numbers',
      'bearer-grant-does-not-widen',
    ),
    forgiving('/token', { access_token: 'given', token_type: 'Bearer' }),
  ),
  fault(
    'does not say at the API that it wants a nonce',
    rfc9449('api-asks-for-a-nonce'),
    after('/userinfo', ({ headers }) => {
      const challenge = headers['www-authenticate']
      if (challenge !== undefined) headers['www-authenticate'] = challenge.replace('use_dpop_nonce', 'invalid_dpop_proof')
    }),
  ),
]
