/** What certification demands of FAPI 2.0 Security Profile, each demand a test — client authentication, tokens, refresh. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import type { Engine } from '../app.ts'
import { alice, claimsOf } from '../journeys/application.ts'
import { type Answer, call, type Setup, secureServer } from '../journeys/mutual-tls-setup.ts'
import { engines } from '../postgres.ts'
import { type FapiClient, fapiClient, fapiKey } from './fapi-client.ts'

const refused = ({ status, body }: Answer, ...codes: string[]) =>
  assert.ok([400, 401].includes(status) && codes.includes(body.error), `${status} ${JSON.stringify(body)}`)
/** What the entropy check of the suite measures: Shannon entropy of the characters, for all of them. */
function entropy(text: string): number {
  const counts = Map.groupBy(text, (character) => character)
  return [...counts.values()].reduce((sum, { length }) => sum - length * Math.log2(length / text.length), 0)
}

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`FAPI 2.0 Security Profile: clients and tokens, on ${engine}`, () => {
    const trusted = getCACertificates('default')
    let server: Setup
    let one: FapiClient
    let other: FapiClient
    let bound: FapiClient
    let boundOther: FapiClient
    before(async () => {
      server = await secureServer(engine, 'second', { KEYS_ALGS: 'ES256,PS256,RS256' })
      setDefaultCACertificates([...trusted, server.ca]) // for the browser
      await server.gatehouse.addAccount({ username: alice.username }, alice.password)
      ;[one, other, bound, boundOther] = await Promise.all([
        fapiClient(server, { id: 'one', profile: 'fapi2', by: 'key' }),
        fapiClient(server, { id: 'other', profile: 'fapi2', by: 'key' }),
        fapiClient(server, { id: 'bound', profile: 'fapi2', by: 'certificate' }),
        fapiClient(server, { id: 'bound-other', profile: 'fapi2', by: 'certificate' }),
      ])
    })
    after(async () => {
      setDefaultCACertificates(trusted)
      await server.close()
    })

    const each = async (act: (client: FapiClient) => Promise<unknown>) => {
      for (const client of [one, bound]) await act(client)
    }

    test('client assertion: aud is the issuer as one text, and nothing else', async () => {
      const { issuer } = server.gatehouse
      for (const aud of [[issuer], `${issuer}/token`, `${issuer}/par`, 'https://other.example', undefined])
        for (const path of ['/par', '/token'])
          refused(
            await one.post(path, { grant_type: 'client_credentials' }, { assertion: await one.assertion({ aud }) }),
            'invalid_client',
            'invalid_request',
          )
    })

    test('client assertion: iss and sub are the client; expired and early ones, RS256 and others’ keys are refused', async () => {
      const now = server.gatehouse.now()
      const rsa = await fapiKey('RS256')
      const wrong = [
        await one.assertion({ iss: 'other' }),
        await one.assertion({ sub: 'other' }),
        await one.assertion({ sub: undefined }),
        await one.assertion({ iss: undefined }),
        await one.assertion({ exp: now - 300 }),
        await one.assertion({ exp: undefined }),
        await one.assertion({ nbf: now + 61 }),
        await one.assertion({ iat: now + 61 }),
        await one.assertion({}, { key: rsa }),
        await one.assertion({}, { key: other.key }),
      ]
      for (const assertion of wrong)
        refused(await one.post('/token', { grant_type: 'client_credentials' }, { assertion }), 'invalid_client')
      refused(await one.post('/token', { grant_type: 'client_credentials' }, { assertion: null }), 'invalid_client', 'invalid_request')
    })

    test('client assertion: nbf and iat 8 seconds ahead are accepted', async () => {
      const ahead = server.gatehouse.now() + 8
      const assertion = await one.assertion({ nbf: ahead, iat: ahead })
      assert.equal((await one.post('/token', { grant_type: 'client_credentials', scope: 'email' }, { assertion })).status, 200)
    })

    test('client assertion: client_id of another client in the body is refused', async () => {
      refused(await one.post('/token', { grant_type: 'client_credentials', client_id: 'other' }), 'invalid_client', 'invalid_request')
    })

    test('mTLS: client_id is needed, and the certificate of this client', async () => {
      const fields = { grant_type: 'client_credentials', scope: 'email' }
      assert.equal((await bound.post('/token', fields)).status, 200)
      refused(await bound.post('/token', { ...fields, client_id: undefined }), 'invalid_client', 'invalid_request')
      refused(await bound.post('/token', fields, { identity: boundOther.identity }), 'invalid_client')
      refused(await bound.post('/token', fields, { identity: null }), 'invalid_client')
    })

    test('tokens: sender-constrained only, of type DPoP, or Bearer with a certificate', async () => {
      const fields = { grant_type: 'client_credentials', scope: 'email' }
      refused(await one.post('/token', fields, { proof: null }), 'invalid_request', 'invalid_dpop_proof')
      const [byKey, byCertificate] = [await one.tokens(), await bound.tokens()]
      assert.deepEqual([byKey.token_type, claimsOf(byKey.access_token).cnf.jkt], ['DPoP', one.dpop.jkt])
      assert.deepEqual([byCertificate.token_type, claimsOf(byCertificate.access_token).cnf['x5t#S256']], ['Bearer', bound.identity.x5t])
      assert.ok(entropy(byKey.access_token) >= 96 && byKey.expires_in > 0)
      assert.equal((await bound.userinfo(byCertificate.access_token)).status, 200)
      const stolen = { headers: { authorization: `Bearer ${byCertificate.access_token}` } }
      for (const identity of [boundOther.identity, undefined])
        assert.equal((await call(`${server.origin}/userinfo`, { ...stolen, identity }, server.ca)).status, 401)
    })

    test('tokens: an ID token only for openid, signed by an allowed algorithm, without other claims', async () => {
      assert.equal((await one.tokens({ scope: 'offline_access' })).id_token, undefined)
      const { id_token } = await one.tokens({ scope: 'openid email' })
      assert.ok(['PS256', 'ES256', 'EdDSA'].includes(JSON.parse(Buffer.from(id_token.split('.')[0], 'base64url').toString()).alg))
      assert.deepEqual(
        Object.keys(claimsOf(id_token)).filter((name) => ['email', 'name', 'email_verified'].includes(name)),
        [],
      )
    })

    test('refresh: client authentication and a proof are needed, by the same client', async () => {
      const { refresh_token } = await one.tokens()
      refused(await one.refresh(refresh_token, { assertion: null }), 'invalid_client', 'invalid_request')
      refused(await one.refresh(refresh_token, { proof: null }), 'invalid_request', 'invalid_dpop_proof')
      refused(await other.refresh(refresh_token), 'invalid_grant')
      const certified = (await bound.tokens()).refresh_token
      refused(await bound.refresh(certified, { identity: null }), 'invalid_client', 'invalid_request')
      refused(await boundOther.refresh(certified), 'invalid_grant')
    })

    test('refresh: a new DPoP key is accepted, responses are not cached, and the token works again 30 seconds later', async () =>
      each(async (client) => {
        const { refresh_token } = await client.tokens()
        const key = await fapiKey()
        const proof = client === one ? await one.proof('POST', '/token', {}, { key }) : null
        const first = await client.refresh(refresh_token, { proof })
        assert.equal(first.status, 200, JSON.stringify(first.body))
        assert.match(String(first.headers['cache-control']), /no-store/)
        if (client === one) assert.equal(claimsOf(first.body.access_token).cnf.jkt, key.jkt)
        server.gatehouse.advance(30)
        assert.equal((await client.refresh(refresh_token)).status, 200)
        assert.equal((await client.refresh(first.body.refresh_token)).status, 200)
      }))
  })
}
