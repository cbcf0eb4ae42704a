/** Registration refuses what no enabled feature serves; stored documents are read whatever they hold. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { z } from 'zod'
import { accessTokenAlgs } from './algs.ts'
import { assemble } from './assemble.ts'
import { clientSchema } from './client.ts'
import { policySchema } from './client-policy.ts'
import type { Feature } from './feature.ts'
import { catalogue, enabled } from './features/index.ts'
import { profiles } from './features/profiles.ts'
import { problemsOf, readClient } from './register.ts'
import { storedClient } from './stored-client.ts'

const algs = ['ES256', 'RS256'] as const
const web = { client_id: 'app', redirect_uris: ['https://app.example/callback'] }
const everything = enabled(Object.fromEntries(Object.keys(catalogue).map((name) => [name, true])))

function problems(features: readonly Feature[], metadata: object): string[] {
  try {
    readClient(assemble(features), algs, { ...web, ...metadata }, () => 'id')
    return []
  } catch (error) {
    return problemsOf(error as z.ZodError)
  }
}

suite('registration', () => {
  const serving: Feature = { id: 'serving', spec: 'RFC 0', serves: { pushed_requests: ['required'], sender_constraint: ['required'] } }

  test('refuses every policy value that is not the default and that no enabled feature serves', () => {
    for (const [member, schema] of Object.entries(policySchema.shape)) {
      const inner = schema instanceof z.ZodDefault ? schema.unwrap() : undefined
      for (const value of inner instanceof z.ZodEnum ? inner.options : []) {
        const served = everything.some(({ serves }) =>
          (serves as Record<string, readonly unknown[]> | undefined)?.[member]?.includes(value),
        )
        const isDefault = policySchema.parse({})[member as keyof z.infer<typeof policySchema>] === value
        const found = problems(everything, { policy: { [member]: value } })
        assert.equal(found.length === 0, served || isDefault, `${member}: ${value}: ${found}`)
      }
    }
    const pushed = { policy: { pushed_requests: 'required' } }
    const without = everything.filter(({ serves }) => !serves?.pushed_requests)
    assert.deepEqual(problems(without, pushed), ['policy.pushed_requests must be one of optional: no enabled feature serves more'])
    assert.deepEqual(problems([...without.filter(({ serves }) => !serves?.sender_constraint), serving], pushed), [])
  })

  test('refuses members that a client is held to and that no feature serves', () => {
    for (const [member, feature] of [
      ['dpop_bound_access_tokens', 'dpop'],
      ['require_pushed_authorization_requests', 'pushedRequests'],
      ['tls_client_certificate_bound_access_tokens', 'mutualTls'],
    ] as const) {
      const without = everything.filter(({ id, requires }) => id !== feature && !requires?.includes(feature))
      assert.deepEqual(problems(without, { [member]: true }), [`${member} must be one of false: no enabled feature serves more`])
      assert.deepEqual(problems(everything, { [member]: true }), [])
    }
  })

  test('refuses a profile while part of it is not served', () => {
    const without = everything.filter(({ serves }) => !serves?.pushed_requests && !serves?.sender_constraint)
    assert.deepEqual(
      problems(without, profiles.fapi2.members).map((problem) => problem.split(' ')[0]),
      ['policy.pushed_requests', 'policy.sender_constraint'],
    )
    assert.deepEqual(problems([...without, serving], profiles.fapi2.members), [])
    assert.deepEqual(problems(without, profiles.oauth21.members), [])
  })

  test('refuses an access token algorithm that the tenant does not sign with, unless tokens are opaque', () => {
    for (const alg of accessTokenAlgs) {
      const served = ['ES256', 'RS256', 'HS256'].includes(alg)
      const found = problems(everything, { access_token_signed_response_alg: alg })
      assert.deepEqual(found, served ? [] : ['access_token_signed_response_alg must be one of ES256, RS256, HS256'], alg)
      assert.deepEqual(problems(everything, { access_token_signed_response_alg: alg, access_token_format: 'opaque' }), [], alg)
    }
    const listed = { policy: { allowed_algs: ['RS256'] } }
    assert.deepEqual(problems(everything, { ...listed, access_token_signed_response_alg: 'ES256' }), [
      'access_token_signed_response_alg must be one of RS256',
    ])
    assert.deepEqual(problems(everything, { ...listed, access_token_signed_response_alg: 'HS256' }), [
      'access_token_signed_response_alg must be one of RS256',
    ])
  })

  test('refuses an ID token algorithm that the tenant does not sign with', () => {
    const unserved = { id_token_signed_response_alg: 'PS256', scope: 'openid' }
    for (const client of [{}, { grant_types: ['client_credentials', 'authorization_code'] }])
      assert.deepEqual(problems(everything, { ...unserved, ...client }), ['id_token_signed_response_alg must be one of ES256, RS256'])
    for (const client of [{ scope: 'profile' }, { grant_types: ['client_credentials'], response_types: [] }])
      assert.deepEqual(problems(everything, { ...unserved, ...client }), [], 'it gets no ID token')
  })

  test('refuses an algorithm of other answers that the tenant does not sign with', () => {
    for (const name of ['authorization_signed_response_alg', 'userinfo_signed_response_alg']) {
      assert.deepEqual(problems(everything, { [name]: 'PS256' }), [`${name} must be one of ES256, RS256`])
      assert.deepEqual(problems(everything, { [name]: 'RS256' }), [])
    }
  })

  test('refuses the names of the applications of this server', () => {
    for (const client_id of ['gatehouse', 'gatehouse-account'])
      assert.deepEqual(problems(everything, { client_id }), ['client_id is reserved for an application of this server'])
  })
})

suite('storage', () => {
  const client = clientSchema.parse({ ...web, scope: 'openid email', policy: { consent: 'skip', code_lifetime: 30 } })

  test('a client is read as it was written', () => {
    assert.deepEqual(storedClient('app', JSON.parse(JSON.stringify(client))), client)
  })

  test('unknown members, values and list entries leave everything else readable', () => {
    const newer = {
      ...client,
      unknown_member: { a: 1 },
      response_types: ['code', 'code saml'],
      id_token_signed_response_alg: 'XX999',
      access_token_format: 'paseto',
      policy: { ...client.policy, unknown_policy: true },
    }
    assert.deepEqual(storedClient('app', newer), client)
  })

  test('a policy that cannot be read becomes the strictest, never the default', () => {
    const unreadable = Object.fromEntries(Object.keys(policySchema.shape).map((name) => [name, { from: 'the future' }]))
    const { policy } = storedClient('app', { ...client, policy: unreadable })
    assert.deepEqual(policy, {
      pkce: 'required',
      pushed_requests: 'required',
      signed_requests: 'required',
      signed_responses: 'required',
      request_object_lifetime: 3600,
      request_object_jti: 'required',
      request_object_audience: 'issuer',
      parameters_outside_request_object: 'ignored',
      assertion_audience: 'issuer',
      allowed_algs: ['ES256'],
      sender_constraint: 'required',
      dpop_nonce: 'required',
      refresh_rotation: 'rotate',
      client_secret_method: 'registered',
      audience_parameter: 'ignore',
      iss_parameter: 'send',
      token_exchange: 'none',
      code_lifetime: 60,
      assignment: 'required',
      after_session: 'end',
      consent: 'ask',
    })
  })

  test('redirect URIs that registration would refuse today do not hide the client', () => {
    assert.deepEqual(storedClient('app', { ...client, redirect_uris: ['http://app.example/callback'] }).redirect_uris, [
      'http://app.example/callback',
    ])
  })
})
