/** Client instances that an attester vouches for — OAuth 2.0 Attestation-Based Client Authentication (draft 11). */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { type Authority, authority } from '../certificates.ts'
import { engines } from '../postgres.ts'
import { type Answer, alice, application, call, callback, challenge as codeChallenge, encode, verifier } from './application.ts'
import { aClientKey, type ClientKey, signedWith } from './signed-by-clients.ts'

const attesterId = 'https://attester.example'
const scope = 'openid offline_access'

/** What differs from a good request. A header member or claim that is undefined is left out. */
interface Change {
  header?: Record<string, unknown>
  claims?: Record<string, unknown>
  key?: ClientKey
  proofHeader?: Record<string, unknown>
  proof?: Record<string, unknown>
  proofKey?: ClientKey
  /** The headers that are sent. */
  sent?: (headers: Record<string, string>) => Record<string, string>
}

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`client attestation, on ${engine}`, () => {
    let gatehouse: TestApp
    let [attester, otherAttester, instance, otherInstance]: ClientKey[] = []
    let bank: Authority
    let count = 0
    before(async () => {
      gatehouse = await testApp(engine, { FEATURES_CLIENT_ATTESTATION_DRAFT11: 'true', KEYS_ALGS: 'ES256,RS256' })
      const kids = ['attester', 'attester', 'instance', 'instance']
      ;[attester, otherAttester, instance, otherInstance] = await Promise.all(kids.map((kid) => aClientKey('ES256', kid)))
      bank = await authority('CN=Attesters')
      const client_attesters = {
        [attesterId]: { jwks: { keys: [attester!.jwk] } },
        'https://chain.example': { trust_anchors: [bank.der.toString('base64')] },
        'https://limited.example': { jwks: { keys: [otherAttester!.jwk] }, client_ids: ['another'] },
      }
      await gatehouse.app.tenants.set('', { client_attesters } as never)
      const root = await gatehouse.app.tenant('')
      const wallet = { redirect_uris: [callback], grant_types: ['authorization_code', 'refresh_token', 'client_credentials'], scope }
      for (const id of ['wallet', 'another'])
        await gatehouse.addClient({ ...wallet, client_id: id, token_endpoint_auth_method: 'attest_jwt_client_auth' }, undefined, root)
      await gatehouse.addClient({ ...wallet, client_id: 'plain' }, 'secret', root)
      await gatehouse.addAccount({ username: alice.username }, alice.password)
    })
    after(() => gatehouse.close())

    const challenged = async () => (await call(`${gatehouse.issuer}/challenge`, { method: 'POST' })).body.attestation_challenge as string

    async function headersOf(id: string, change: Change = {}): Promise<Record<string, string>> {
      const now = gatehouse.now()
      const { proofKey = instance!, key = attester! } = change
      const claims = { iss: attesterId, sub: id, iat: now, exp: now + 3600, cnf: { jwk: instance!.jwk }, ...change.claims }
      const proof = { aud: gatehouse.issuer, jti: `jti ${++count}`, iat: now, challenge: await challenged(), ...change.proof }
      const headers = {
        'oauth-client-attestation': await signedWith(key, claims, { typ: 'oauth-client-attestation+jwt', ...change.header }),
        'oauth-client-attestation-pop': await signedWith(proofKey, proof, {
          typ: 'oauth-client-attestation-pop+jwt',
          kid: undefined,
          ...change.proofHeader,
        }),
      }
      return change.sent ? change.sent(headers) : headers
    }
    const post = async (path: string, fields: Record<string, string>, change: Change = {}, id = 'wallet'): Promise<Answer> =>
      call(gatehouse.issuer + path, { body: encode(fields), headers: await headersOf(id, change) })
    const token = (change: Change = {}, fields: Record<string, string> = {}, id = 'wallet') =>
      post('/token', { grant_type: 'client_credentials', scope: '', ...fields }, change, id)

    const push = { response_type: 'code', redirect_uri: callback, scope, code_challenge: codeChallenge, code_challenge_method: 'S256' }
    /** An authorization code of a pushed request. */
    async function code(change: Change = {}): Promise<string> {
      const { status, body } = await post('/par', push, change)
      assert.equal(status, 201, JSON.stringify(body))
      const app = application(gatehouse, { id: 'wallet' })
      const browser = gatehouse.browser()
      return app.code(browser, { request_uri: body.request_uri })
    }
    const redeem = (text: string, change: Change = {}) =>
      post('/token', { grant_type: 'authorization_code', code: text, redirect_uri: callback, code_verifier: verifier }, change)
    const refresh = (refresh_token: string, change: Change = {}) => post('/token', { grant_type: 'refresh_token', refresh_token }, change)
    const otherOne = (): Change => ({ claims: { cnf: { jwk: otherInstance!.jwk } }, proofKey: otherInstance! })

    test('§2.11 attestation: the metadata names the method, its algorithms and the challenge endpoint', async () => {
      const { body } = await call(`${gatehouse.issuer}/.well-known/oauth-authorization-server`)
      assert.ok(body.token_endpoint_auth_methods_supported.includes('attest_jwt_client_auth'))
      assert.ok(body.client_attestation_signing_alg_values_supported.includes('ES256'))
      assert.ok(body.client_attestation_pop_signing_alg_values_supported.includes('ES256'))
      assert.equal(body.challenge_endpoint, `${gatehouse.issuer}/challenge`)
    })

    test('§2.11 attestation: the challenge endpoint answers with a challenge and a DPoP nonce, and is not cached', async () => {
      const { status, headers, body } = await call(`${gatehouse.issuer}/challenge`, { method: 'POST' })
      assert.deepEqual([status, headers.get('cache-control')], [200, 'no-store'])
      assert.ok(body.attestation_challenge && headers.get('dpop-nonce') && headers.get('dpop-nonce') !== body.attestation_challenge)
      assert.equal((await call(`${gatehouse.issuer}/challenge`)).status, 405)
    })

    test('§2.11 attestation: an attested instance authenticates at the token and the PAR endpoint, introspection and revocation', async () => {
      const { status, body } = await token()
      assert.equal(status, 200, JSON.stringify(body))
      const introspected = await post('/introspect', { token: body.access_token })
      assert.deepEqual([introspected.status, introspected.body.active], [200, true])
      const revoked = await post('/revoke', { token: body.access_token })
      assert.equal(revoked.status, 200, revoked.text)
      const par = await post('/par', push)
      assert.equal(par.status, 201, par.text)
      const named = await token({}, { client_id: 'wallet' })
      assert.equal(named.status, 200, named.text)
    })

    test('one attestation serves many requests, each with a new proof', async () => {
      let first: Record<string, string> | undefined
      const same = (headers: Record<string, string>) => {
        first ??= headers
        return { ...headers, 'oauth-client-attestation': first['oauth-client-attestation'] as string }
      }
      for (let i = 0; i < 3; i++) assert.equal((await token({ sent: same })).status, 200)
    })

    test('§2.11 attestation: an attester is known by an authority that its certificate chain leads to', async () => {
      const below = await bank.authority('CN=Between')
      const issuer = await below.issue({ subject: 'CN=Attester' })
      const { createPrivateKey } = await import('node:crypto')
      const key = { ...attester!, privateKey: createPrivateKey(issuer.key) as never }
      const x5c = issuer.chain.map((der) => der.toString('base64'))
      const claims = { iss: 'https://chain.example' }
      const chain = (length: number) => [x5c[0], ...Array(length - 1).fill(x5c[1])]
      for (const good of [x5c, chain(5)]) assert.equal((await token({ key, claims, header: { kid: undefined, x5c: good } })).status, 200)
      const refusals = [{ x5c: [x5c[1], x5c[0]] }, { x5c: [x5c[0]] }, { x5c: 'none' }, { x5c: chain(6) }, { x5c: undefined }]
      for (const header of refusals) assert.equal((await token({ key, claims, header: { kid: undefined, ...header } })).status, 401)
      assert.equal((await token({ key, claims: { iss: attesterId }, header: { kid: undefined, x5c } })).status, 401, 'another attester')
    })

    test('a proof without a good challenge is told a new one', async () => {
      for (const challenge of [undefined, 'stale', 7]) {
        const { status, body, headers } = await token({ proof: { challenge } })
        assert.deepEqual(
          [status, body.error, body.error_description],
          [
            400,
            'use_attestation_challenge',
            'the proof of possession needs the challenge of the OAuth-Client-Attestation-Challenge header',
          ],
        )
        const given = headers.get('oauth-client-attestation-challenge') as string
        assert.equal((await token({ proof: { challenge: given } })).status, 200)
      }
      const old = await challenged()
      gatehouse.advance(301)
      assert.equal((await token({ proof: { challenge: old } })).body.error, 'use_attestation_challenge')
      const nonce = (await call(`${gatehouse.issuer}/challenge`, { method: 'POST' })).headers.get('dpop-nonce')
      assert.equal((await token({ proof: { challenge: nonce } })).body.error, 'use_attestation_challenge', 'a nonce for DPoP is none')
    })

    test('what is just within the limits is accepted, and so is what names no attester', async () => {
      const now = gatehouse.now()
      for (const claims of [{ exp: now - 59 }, { iat: now + 60 }, { nbf: now + 60 }, { iss: undefined }])
        assert.equal((await token({ claims })).status, 200)
      for (const proof of [{ iat: now - 300 }, { iat: now + 60 }, { exp: now - 59 }, { jti: 'x'.repeat(255) }])
        assert.equal((await token({ proof })).status, 200)
    })

    /** Criteria: a bad attestation signature, a bad PoP signature, a PoP key that is not cnf, exp in the past, no sub, another aud, replay. */
    const refusals: [name: string, change: () => Change, error?: string][] = [
      ['bad attestation signature', () => ({ key: otherAttester! })],
      ['bad PoP signature', () => ({ sent: cutProof })],
      ['PoP key that is not that of cnf', () => ({ proofKey: otherInstance! })],
      ['exp 10 minutes past', () => ({ claims: { exp: gatehouse.now() - 600 } }), 'invalid_client_attestation'],
      ['no exp', () => ({ claims: { exp: undefined } })],
      ['exp that is a text', () => ({ claims: { exp: 'tomorrow' } })],
      ['no sub', () => ({ claims: { sub: undefined } })],
      ['sub of another client', () => ({ claims: { sub: 'another' } }), 'invalid_request'],
      ['sub of no client', () => ({ claims: { sub: 'nobody' } })],
      ['no cnf', () => ({ claims: { cnf: undefined } })],
      ['private key in cnf', () => ({ claims: { cnf: { jwk: { ...instance!.jwk, d: 'AAAA' } } } })],
      ['cnf without a key', () => ({ claims: { cnf: { kid: 'instance' } } })],
      ['attester that is not trusted', () => ({ claims: { iss: 'https://evil.example' } })],
      ['attester named as a member of every object', () => ({ claims: { iss: 'constructor' } })],
      ['iss that is no text', () => ({ claims: { iss: 7 } })],
      ['attester of other clients', () => ({ key: otherAttester!, claims: { iss: 'https://limited.example' } })],
      ['attestation from the future', () => ({ claims: { iat: gatehouse.now() + 61 } })],
      ['attestation not yet valid', () => ({ claims: { nbf: gatehouse.now() + 61 } })],
      ['attestation that names another key', () => ({ header: { kid: 'other' } })],
      ['wrong typ of the attestation', () => ({ header: { typ: 'JWT' } })],
      ['wrong typ of the PoP', () => ({ proofHeader: { typ: 'JWT' } })],
      ['attestation with a private key', () => ({ header: { jwk: { ...attester!.jwk, d: 'AQAB' } } })],
      ['PoP with a private key', () => ({ proofHeader: { jwk: { ...instance!.jwk, d: 'AQAB' } } })],
      ['PoP aud that is not the issuer', () => ({ proof: { aud: `${gatehouse.issuer}/token` } })],
      ['PoP aud as a list', () => ({ proof: { aud: [gatehouse.issuer] } })],
      ['no PoP aud', () => ({ proof: { aud: undefined } })],
      ['no PoP iat', () => ({ proof: { iat: undefined } })],
      ['old PoP', () => ({ proof: { iat: gatehouse.now() - 301 } })],
      ['PoP from the future', () => ({ proof: { iat: gatehouse.now() + 61 } })],
      ['expired PoP', () => ({ proof: { exp: gatehouse.now() - 60 } })],
      ['PoP exp that is a text', () => ({ proof: { exp: 'tomorrow' } })],
      ['empty PoP jti', () => ({ proof: { jti: '' } })],
      ['no PoP jti', () => ({ proof: { jti: undefined } })],
      ['long PoP jti', () => ({ proof: { jti: 'x'.repeat(256) } })],
      ['no PoP', () => ({ sent: ({ 'oauth-client-attestation-pop': _, ...headers }) => headers })],
      ['no attestation', () => ({ sent: ({ 'oauth-client-attestation': _, ...headers }) => headers })],
      ['attestation that is no JWT', () => ({ sent: (headers) => ({ ...headers, 'oauth-client-attestation': 'x.y.z' }) })],
      [
        'two attestations',
        () => ({ sent: (headers) => ({ ...headers, 'oauth-client-attestation': twice(headers['oauth-client-attestation']) }) }),
      ],
      [
        'a secret beside it',
        () => ({ sent: (headers) => ({ ...headers, authorization: `Basic ${btoa('plain:secret')}` }) }),
        'invalid_request',
      ],
    ]
    const twice = (text = '') => `${text}, ${text}`
    const cutProof = (headers: Record<string, string>) => {
      const [header, payload, signature = ''] = (headers['oauth-client-attestation-pop'] as string).split('.')
      return { ...headers, 'oauth-client-attestation-pop': [header, payload, `A${signature.slice(0, -2)}A`].join('.') }
    }
    for (const [name, change, error = 'invalid_client'] of refusals)
      test(`§2.11 attestation: refused: ${name}`, async () => {
        for (const answer of [
          await token(change(), { client_id: 'wallet' }),
          await post('/par', { ...push, client_id: 'wallet' }, change()),
        ])
          assert.deepEqual([answer.status, answer.body.error], [error === 'invalid_client' ? 401 : 400, error], answer.text)
      })

    test('an expired attestation is told so, but only to those who have a genuine one', async () => {
      const expired = { claims: { exp: gatehouse.now() - 60 } }
      assert.equal((await token(expired)).body.error_description, 'the client attestation has expired; get a new one from the attester')
      assert.equal((await token({ ...expired, key: otherAttester! })).body.error, 'invalid_client')
    })

    test('refused: replay of a PoP, also at another endpoint', async () => {
      const headers = await headersOf('wallet')
      const send = (path: string, fields: Record<string, string>) => call(gatehouse.issuer + path, { body: encode(fields), headers })
      assert.equal((await send('/token', { grant_type: 'client_credentials', scope: '' })).status, 200)
      assert.equal((await send('/token', { grant_type: 'client_credentials', scope: '' })).body.error, 'invalid_client')
      assert.equal((await send('/par', push)).body.error, 'invalid_client')
    })

    test('refused: an attestation by none, and by HS256 with the public key', async () => {
      const { createHmac } = await import('node:crypto')
      const headers = await headersOf('wallet')
      const [, payload = ''] = (headers['oauth-client-attestation'] as string).split('.')
      const head = (alg: string) => Buffer.from(JSON.stringify({ alg, typ: 'oauth-client-attestation+jwt' })).toString('base64url')
      const forged = [
        `${head('none')}.${payload}.`,
        `${head('none')}.${payload}.AA`,
        `${head('HS256')}.${payload}.${createHmac('sha256', JSON.stringify(attester!.jwk))
          .update(`${head('HS256')}.${payload}`)
          .digest('base64url')}`,
      ]
      for (const attestation of forged) {
        const answer = await call(`${gatehouse.issuer}/token`, {
          body: encode({ grant_type: 'client_credentials', client_id: 'wallet' }),
          headers: { ...headers, 'oauth-client-attestation': attestation },
        })
        assert.deepEqual([answer.status, answer.body.error], [401, 'invalid_client'])
      }
    })

    test('a client of another method is not authenticated by an attestation', async () => {
      const answer = await token({}, { client_id: 'plain' }, 'plain')
      assert.deepEqual([answer.status, answer.body.error], [401, 'invalid_client'])
    })

    test('§2.11 attestation: a code and a refresh token are for the instance that asked for them', async () => {
      const text = await code()
      const stolen = await redeem(text, otherOne())
      assert.deepEqual(
        [stolen.status, stolen.body.error, stolen.body.error_description],
        [400, 'invalid_grant', 'this was asked for by, or issued to, another instance of this client'],
      )
      const first = await redeem(text)
      assert.equal(first.status, 200, first.text)
      assert.equal((await refresh(first.body.refresh_token, otherOne())).body.error, 'invalid_grant')
      const second = await refresh(first.body.refresh_token)
      assert.equal(second.status, 200)
      const renewed = await refresh(second.body.refresh_token, { claims: { exp: gatehouse.now() + 7200 } })
      assert.equal(renewed.status, 200, 'a new attestation of the same key')
      assert.equal((await refresh(renewed.body.refresh_token, otherOne())).body.error, 'invalid_grant')
    })

    test('an attester that is no longer trusted vouches for nobody', async () => {
      await gatehouse.app.tenants.set('', { client_attesters: { [attesterId]: null } } as never)
      const answer = await token()
      assert.deepEqual([answer.status, answer.body.error], [401, 'invalid_client'])
      await gatehouse.app.tenants.set('', { client_attesters: { [attesterId]: { jwks: { keys: [attester!.jwk] } } } } as never)
      assert.equal((await token()).status, 200)
    })
  })
}
