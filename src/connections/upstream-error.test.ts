/** What each failure of a provider means here, and what is told of it — RFC 6749 §4.1.2.1, §5.2. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import * as oauth from 'oauth4webapi'
import { RemoteError } from '../protocol/remote-error.ts'
import { UpstreamError, type UpstreamFailure, upstream } from './upstream-error.ts'

const explained = (error: unknown) =>
  upstream(async () => {
    throw error
  }).catch((found: unknown) => found)

const body = (error: string, status = 400) =>
  new oauth.ResponseBodyError('response', { cause: { error }, response: new Response('{}', { status }) })
const processing = (status: number) => new oauth.OperationProcessingError('no token', { cause: new Response('', { status }) })
const redirect = (error: string) => new oauth.AuthorizationResponseError('redirect', { cause: new URLSearchParams({ error }) })

const codes: Record<UpstreamFailure, string[]> = {
  consent: [
    'invalid_grant',
    'interaction_required',
    'consent_required',
    'login_required',
    'bad_refresh_token',
    'bad_verification_code',
    'invalid_code',
    'invalid_refresh_token',
    'token_revoked',
  ],
  denied: ['access_denied', 'user_cancelled_authorize'],
  unavailable: ['server_error', 'temporarily_unavailable'],
  configuration: [
    'invalid_client',
    'incorrect_client_credentials',
    'redirect_uri_mismatch',
    'application_suspended',
    'bad_client_secret',
    'invalid_client_id',
    'bad_redirect_uri',
    'unauthorized_client',
    'unsupported_grant_type',
    'invalid_scope',
  ],
  answer: ['something_else', 'invalid_request'],
  response: [], // no error of the provider
}

suite('an error of a provider', () => {
  for (const [failure, all] of Object.entries(codes))
    for (const code of all)
      test(`${code}: ${failure}`, async () => {
        for (const error of [body(code), redirect(code)]) {
          const found = await explained(error)
          assert.ok(found instanceof UpstreamError)
          assert.deepEqual([found.failure, found.message], [failure, `the provider answered ${code}`])
        }
      })

  const challenge = new oauth.WWWAuthenticateChallengeError('challenge', {
    cause: [{ scheme: 'bearer', parameters: {} }] as never,
    response: new Response('', { status: 401 }),
  })
  const others: [what: string, error: unknown, failure: UpstreamFailure, message: string][] = [
    ['an unknown code of a server that fails', body('other', 500), 'unavailable', 'the provider answered other'],
    ['an unknown code of a server that is asked too often', body('other', 429), 'unavailable', 'the provider answered other'],
    ['a code that is none', body('<script>'), 'answer', 'the provider answered an error code that is none'],
    ['a code that is too long', body('x'.repeat(61)), 'answer', 'the provider answered an error code that is none'],
    ['the longest code', body('x'.repeat(60)), 'answer', `the provider answered ${'x'.repeat(60)}`],
    ['a challenge', challenge, 'configuration', 'the provider answered with status 401 and a challenge'],
    ['a status of failure', processing(500), 'unavailable', 'the provider answered with status 500'],
    ['a status of too many requests', processing(429), 'unavailable', 'the provider answered with status 429'],
    ['another status', processing(404), 'answer', 'no token, which was 404'],
    ['an answer that cannot be used', processing(200), 'answer', 'no token'],
    ['a check that failed', new oauth.OperationProcessingError('wrong issuer'), 'answer', 'wrong issuer'],
    ['what the library cannot do', new oauth.UnsupportedOperationError('no such alg'), 'answer', 'no such alg'],
    ['a server out of reach', new RemoteError('timeout', 'took too long'), 'unavailable', 'took too long'],
    ['one that is explained already', new UpstreamError('denied', 'no'), 'denied', 'no'],
  ]
  for (const [what, error, failure, message] of others)
    test(`${what}: ${failure}`, async () => {
      const found = await explained(error)
      assert.ok(found instanceof UpstreamError)
      assert.deepEqual([found.name, found.failure, found.message], ['UpstreamError', failure, message])
    })

  test('what the network said stays its cause', async () => {
    const cause = new RemoteError('timeout', 'took too long')
    assert.equal(((await explained(cause)) as Error).cause, cause)
  })

  test('a fault of ours stays one', async () => {
    const fault = new TypeError('x is undefined')
    assert.equal(await explained(fault), fault)
  })
})
