/** A server with tokens in authorization responses, and one client for each response type: what the tests of certification criteria start from. */
import assert from 'node:assert/strict'
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose'
import { frontChannelTypes } from '../../src/protocol/response-types.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { type Application, alice, application, callback, type Fields } from '../journeys/application.ts'

export const scope = 'openid profile email address phone offline_access'

export interface Stage {
  gatehouse: TestApp
  subject: string
  /** A client for one response type. */
  of(type: string): Application
  /** The claims of an ID token, once it is verified. */
  verified(idToken: string | undefined, audience: string): Promise<JWTPayload>
}

/** The parameters of a request for this response type. */
export function asking(type: string, fields: Fields = {}): Fields {
  return { response_type: type, nonce: type.includes('id_token') ? 'a nonce' : undefined, ...fields }
}

export function clientFor(type: string): Record<string, unknown> & { client_id: string } {
  const withCode = type.split(' ').includes('code')
  const grantTypes = [...(withCode ? ['authorization_code', 'refresh_token'] : []), ...(type === 'code' ? [] : ['implicit'])]
  const common = { redirect_uris: [callback, `${callback}?dummy1=lorem&dummy2=ipsum`], scope, policy: { consent: 'skip' } }
  return { ...common, client_id: type.replaceAll(' ', '-'), response_types: [type], grant_types: grantTypes }
}

export async function stage(engine: Engine): Promise<Stage> {
  const gatehouse = await testApp(engine, { LIMITS_SIGN_IN_ADDRESS: '100000', LIMITS_FLOWS_PER_ADDRESS: '100000' })
  await gatehouse.app.tenants.set('', { front_channel_tokens: true })
  const claims = { name: 'Alice Liddell', given_name: 'Alice' }
  const subject = await gatehouse.addAccount({ username: alice.username, email: 'alice@example.com', claims }, alice.password)
  for (const type of ['code', ...frontChannelTypes]) await gatehouse.addClient(clientFor(type), 'secret')
  return {
    gatehouse,
    subject,
    of: (type) => application(gatehouse, { id: type.replaceAll(' ', '-'), secret: 'secret' }),
    async verified(idToken, audience) {
      assert.ok(idToken)
      const keys = createRemoteJWKSet(new URL(`${gatehouse.issuer}/.well-known/jwks.json`))
      const currentDate = new Date(gatehouse.now() * 1000)
      return (await jwtVerify(idToken, keys, { issuer: gatehouse.issuer, audience, currentDate })).payload
    },
  }
}
