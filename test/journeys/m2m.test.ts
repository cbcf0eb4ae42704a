/** The minimal M2M server's README, command by command, and what it leaves open: every algorithm, every format, every endpoint. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { addDemoData, demo } from '../../src/demo-data.ts'
import { random } from '../../src/platform.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'

/** What a server answers, of which a test reads a few members. */
interface Json extends Record<string, unknown> {
  access_token?: string
}

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`machines, on ${engine}`, () => {
    let gatehouse: TestApp
    before(async () => {
      gatehouse = await testApp(engine, { KEYS_ALGS: 'ES256,RS256,PS256,EdDSA,ML-DSA-44,ML-DSA-65' })
      await addDemoData(gatehouse.root, random)
      await gatehouse.addClient({ client_id: 'api', grant_types: ['client_credentials'], resource_server: gatehouse.issuer }, 'api-secret')
    })
    after(() => gatehouse.close())

    async function post(
      path: string,
      form: Record<string, string>,
      headers: Record<string, string> = {},
    ): Promise<{ status: number; body: Json }> {
      const response = await fetch(gatehouse.issuer + path, { method: 'POST', body: new URLSearchParams(form), headers })
      return { status: response.status, body: (await response.json()) as Json }
    }
    const asApi = { authorization: `Basic ${btoa('api:api-secret')}` }
    const introspect = async (token: string) => (await post('/introspect', { token }, asApi)).body
    const userinfo = (token: string) => fetch(`${gatehouse.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } })

    test('its curl command gets a token with its claims', async () => {
      const form = { grant_type: 'client_credentials', client_id: 'm2m-client', client_secret: 'm2m-secret' }
      const { status, body } = await post('/token', form)
      assert.equal(status, 200)
      assert.equal(body['scope'], 'user/*.read user/*.write')
      const keys = createRemoteJWKSet(new URL(`${gatehouse.issuer}/.well-known/jwks.json`))
      const { payload, protectedHeader } = await jwtVerify(body.access_token as string, keys, {
        issuer: gatehouse.issuer,
        algorithms: ['RS256'],
        typ: 'at+jwt',
      })
      assert.ok(protectedHeader.kid)
      const { fhirUser, azp, scp, name, email } = payload
      assert.deepEqual(
        { fhirUser, azp, scp, name, email },
        {
          fhirUser: 'Practitioner/123',
          azp: 'emr-backend',
          scp: 'user/*.read user/*.write',
          name: 'Machine Client',
          email: 'machine@example.com',
        },
      )
    })

    test('a client without scopes gets a token without any', async () => {
      await gatehouse.addClient({ client_id: 'bare', grant_types: ['client_credentials'], scope: '' }, 'secret')
      const { body } = await post('/token', { grant_type: 'client_credentials', client_id: 'bare', client_secret: 'secret' })
      const claims = decodeJwt(body.access_token as string)
      assert.deepEqual(
        [claims['client_id'], 'scope' in claims, (await introspect(body.access_token as string)).scope],
        ['bare', false, undefined],
      )
    })

    test('the secret is always checked, and scopes can be narrowed but not widened', async () => {
      const form = { grant_type: 'client_credentials', client_id: 'm2m-client' }
      assert.equal((await post('/token', form)).body['error'], 'invalid_client')
      assert.equal((await post('/token', { ...form, client_secret: 'wrong' })).body['error'], 'invalid_client')
      const narrow = await post('/token', { ...form, client_secret: 'm2m-secret', scope: 'user/*.read' })
      assert.equal(narrow.body['scope'], 'user/*.read')
      assert.equal((await post('/token', { ...form, client_secret: 'm2m-secret', scope: 'admin' })).body['error'], 'invalid_scope')
    })

    test('HS256 is signed with the secret of that client, which is the only one that verifies it', async () => {
      const { client_id, secret, signingSecret } = demo.m2mHs256
      const { body } = await post('/token', { grant_type: 'client_credentials', client_id, client_secret: secret })
      const token = body.access_token as string
      const { payload } = await jwtVerify(token, Buffer.from(signingSecret), {
        issuer: gatehouse.issuer,
        algorithms: ['HS256'],
        typ: 'at+jwt',
      })
      assert.equal(payload['fhirUser'], 'Practitioner/456')
      assert.equal((await introspect(token))['active'], true)
      assert.equal(((await (await userinfo(token)).json()) as Json)['fhirUser'], 'Practitioner/456')

      const other = 'another-client-with-a-signing-secret-of-its-own'
      await gatehouse.addClient({ client_id: 'other', grant_types: ['client_credentials'], access_token_signed_response_alg: 'HS256' }, 's')
      await gatehouse.root.store.clientsAdmin.setSigningSecret('other', gatehouse.root.signingSecrets.sealSecret('other', other))
      await assert.rejects(jwtVerify(token, Buffer.from(other)))
      const [header, claims] = token.split('.') as [string, string]
      const { createHmac } = await import('node:crypto')
      for (const key of [other, '', gatehouse.issuer]) {
        const forged = `${header}.${claims}.${createHmac('sha256', key).update(`${header}.${claims}`).digest('base64url')}`
        assert.equal((await introspect(forged))['active'], false, 'a token signed with a secret that is not its client’s')
      }
    })

    for (const alg of ['ES256', 'RS256', 'PS256', 'EdDSA', 'ML-DSA-44', 'ML-DSA-65', 'HS256'])
      for (const format of ['jwt', 'opaque'])
        test(`${alg}, ${format}: signed, introspected, shown at UserInfo, revoked`, async () => {
          const client_id = `${alg}-${format}`
          const claims = { tier: 'gold', nested: { list: [1, null, 'x'] } }
          await gatehouse.addClient(
            {
              client_id,
              client_name: 'Worker',
              grant_types: ['client_credentials'],
              scope: 'work',
              access_token_signed_response_alg: alg,
              access_token_format: format,
              access_token_claims: claims,
              access_token_claim_sources: { app: 'client.client_name', gone: 'account.email' },
            },
            'secret',
          )
          const basic = { authorization: `Basic ${btoa(`${client_id}:secret`)}` }
          const { body } = await post('/token', { grant_type: 'client_credentials' }, basic)
          const token = body.access_token as string
          if (format === 'jwt') assert.equal(decodeProtectedHeader(token).alg, alg)
          if (format === 'jwt' && alg !== 'HS256') {
            const keys = createRemoteJWKSet(new URL(`${gatehouse.issuer}/.well-known/jwks.json`))
            await jwtVerify(token, keys, { issuer: gatehouse.issuer, audience: gatehouse.issuer, typ: 'at+jwt', algorithms: [alg] })
          }
          const expected = { ...claims, app: 'Worker' }
          const { active, client_id: of, tier, nested, app, gone } = await introspect(token)
          assert.deepEqual({ active, of, tier, nested, app, gone }, { active: true, of: client_id, ...expected, gone: undefined })
          assert.deepEqual(await (await userinfo(token)).json(), { sub: client_id, ...expected })

          const revoked = await fetch(`${gatehouse.issuer}/revoke`, {
            method: 'POST',
            body: new URLSearchParams({ token }),
            headers: basic,
          })
          assert.equal(revoked.status, 200)
          assert.deepEqual(await introspect(token), { active: false })
          assert.equal((await userinfo(token)).status, 401)
        })

    test('a registration cannot set what only the server says', async () => {
      for (const name of ['iss', 'sub', 'aud', 'exp', 'client_id', 'scope', 'cnf', 'gid'])
        for (const member of ['access_token_claims', 'access_token_claim_sources'])
          await assert.rejects(
            gatehouse.addClient({ client_id: 'x', grant_types: ['client_credentials'], [member]: { [name]: 'client.client_id' } }),
            /can only be set by the server/,
            `${member} ${name}`,
          )
    })

    test('discovery is laid out for people', async () => {
      const text = await (await fetch(`${gatehouse.issuer}/.well-known/openid-configuration`)).text()
      assert.equal(text, JSON.stringify(JSON.parse(text), null, 2))
    })
  })
}
