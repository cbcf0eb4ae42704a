/** What certification demands of FAPI 2.0, each demand a test — DPoP at the authorization server and at a resource, TLS, RAR, machines. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, suite, test } from 'node:test'
import { type ConnectionOptions, connect, getCACertificates, setDefaultCACertificates } from 'node:tls'
import { exportJWK } from 'jose'
import { sha256 } from '../../src/protocol/codec/digest.ts'
import { readResource } from '../../src/protocol/resource.ts'
import type { Engine } from '../app.ts'
import { alice, claimsOf } from '../journeys/application.ts'
import { type Answer, call, type Setup, secureServer } from '../journeys/mutual-tls-setup.ts'
import { engines } from '../postgres.ts'
import { type FapiClient, type FapiKey, fapiClient, fapiKey } from './fapi-client.ts'

const isRefused = ({ status }: Answer, name: string) => assert.ok([400, 401].includes(status), `${name}: ${status}`)
const machine = { grant_type: 'client_credentials', scope: 'email' }

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`FAPI 2.0: proofs of possession, on ${engine}`, () => {
    const trusted = getCACertificates('default')
    let server: Setup
    let one: FapiClient
    let withNonce: FapiClient
    let [foreign, rsa]: FapiKey[] = []
    before(async () => {
      server = await secureServer(engine, 'second', { KEYS_ALGS: 'ES256,PS256,RS256' })
      setDefaultCACertificates([...trusted, server.ca]) // for the browser
      await server.gatehouse.addAccount({ username: alice.username }, alice.password)
      const type = { description: 'Make a payment', schema: { type: 'object' } }
      const bank = { identifier: 'https://bank.example', name: 'Bank', authorization_details_types: { payment: type } }
      await server.gatehouse.root.store.resourcesAdmin.add(readResource(server.gatehouse.root.ctx.keys.algs, bank))
      const nonces = { policy: { ...fapi2Policy, dpop_nonce: 'required' } }
      ;[one, withNonce] = await Promise.all([
        fapiClient(server, { id: 'one', profile: 'fapi2', by: 'key', more: { authorization_details_types: ['payment'] } }),
        fapiClient(server, { id: 'nonce', profile: 'fapi2', by: 'key', more: nonces }),
      ])
      ;[foreign, rsa] = await Promise.all([fapiKey(), fapiKey('RS256')])
    })
    after(async () => {
      setDefaultCACertificates(trusted)
      await server.close()
    })

    const now = () => server.gatehouse.now()
    const here = () => server.gatehouse.issuer

    test('DPoP at the AS: iat 10 seconds off, and further claims nbf and exp, are accepted', async () => {
      for (const claims of [{ iat: now() - 10 }, { iat: now() + 10 }, { nbf: now() - 5, exp: now() + 60 }])
        assert.equal((await one.post('/token', machine, { proof: await one.proof('POST', '/token', claims) })).status, 200)
    })

    test('DPoP at the AS: a nonce is asked for by use_dpop_nonce and DPoP-Nonce, at each call', async () => {
      for (const path of ['/par', '/token']) {
        const asked = await withNonce.post(path, machine)
        assert.deepEqual([asked.status, asked.body.error], [400, 'use_dpop_nonce'])
        const nonce = asked.headers['dpop-nonce']
        assert.ok(nonce)
        if (path === '/token')
          assert.equal((await withNonce.post(path, machine, { proof: await withNonce.proof('POST', path, { nonce }) })).status, 200)
        else assert.equal((await withNonce.push({}, { proof: await withNonce.proof('POST', path, { nonce }) })).status, 201)
      }
    })

    test('DPoP at the AS: dpop_jkt that is not the key of the proof fails at PAR, and at the token endpoint', async () => {
      isRefused(await one.push({ dpop_jkt: foreign!.jkt }), 'at PAR')
      isRefused(await one.redeem(await one.code({ dpop_jkt: foreign!.jkt }, { proof: null })), 'at the token endpoint')
    })

    test('PAR: a proof is optional, also for a client that registered bound tokens, and the token request needs one', async () => {
      const strict = await fapiClient(server, { id: 'strict', profile: 'fapi2', by: 'key', more: { dpop_bound_access_tokens: true } })
      const code = await strict.code({}, { proof: null })
      isRefused(await strict.redeem(code, {}, { proof: null }), 'no proof')
      assert.equal((await strict.redeem(code)).status, 200)
    })

    test('DPoP at a resource: what is wrong is refused', async () => {
      const { access_token: token } = await one.tokens()
      const ath = sha256(token)
      const proof = (claims = {}, how = {}) => one.proof('GET', '/userinfo', { ath, ...claims }, how)
      const authorization = `DPoP ${token}`
      const get = (headers: Record<string, string>) => call(`${here()}/userinfo`, { headers }, server.ca)
      const wrong: Record<string, Promise<string> | string> = {
        'two proofs': Promise.all([proof(), proof()]).then((two) => two.join(', ')),
        'no JWT': 'x',
        'no typ': proof({}, { header: { typ: undefined } }),
        'no jwk': proof({}, { header: { jwk: undefined } }),
        'no jti': proof({ jti: undefined }),
        'no htm': proof({ htm: undefined }),
        'no htu': proof({ htu: undefined }),
        'no iat': proof({ iat: undefined }),
        'no ath': proof({ ath: undefined }),
        'wrong typ': proof({}, { header: { typ: 'JWT' } }),
        RS256: proof({}, { key: rsa }),
        none: proof().then((text) => text.replace(/^[^.]+/, encoded({ alg: 'none', typ: 'dpop+jwt', jwk: one.dpop.jwk }))),
        'no alg': proof().then((text) => text.replace(/^[^.]+/, encoded({ typ: 'dpop+jwt', jwk: one.dpop.jwk }))),
        'bad signature': proof().then((text) => `${text.slice(0, -8)}AAAAAAAA`),
        'private key in jwk': exportJWK(one.dpop.privateKey).then((jwk) => proof({}, { header: { jwk } })),
        'wrong htm': proof({ htm: 'POST' }),
        'other htu': proof({ htu: `${here()}/token` }),
        'htu of another host': proof({ htu: 'https://other.example/userinfo' }),
        'iat an hour ago': proof({ iat: now() - 3600 }),
        'iat in an hour': proof({ iat: now() + 3600 }),
        'wrong ath': proof({ ath: sha256('other') }),
        'other key': proof({}, { key: foreign }),
      }
      for (const [name, dpop] of Object.entries(wrong)) isRefused(await get({ authorization, dpop: await dpop }), name)
      isRefused(await get({ authorization }), 'no proof')
      isRefused(await get({ authorization: `Bearer ${token}` }), 'Bearer downgrade')
      isRefused(await get({ authorization: `Bearer ${token}`, dpop: await proof() }), 'Bearer downgrade with a proof')
      const challenge = (await get({ authorization })).headers['www-authenticate']
      assert.match(String(challenge), /^DPoP /)
    })

    test('DPoP at a resource: query and fragment in htu, further claims, upper case and default ports do not matter', async () => {
      const { access_token: token } = await one.tokens()
      const ath = sha256(token)
      const upper = here().replace('https://localhost', 'HTTPS://LOCALHOST')
      for (const claims of [{ htu: `${here()}/userinfo?a=b` }, { htu: `${here()}/userinfo#x` }, { extra: 1 }, { htu: `${upper}/userinfo` }])
        assert.equal((await one.userinfo(token, { dpop: await one.proof('GET', '/userinfo', { ath, ...claims }) })).status, 200)
      assert.equal((await one.userinfo(token, { authorization: `DPOP ${token}` })).status, 200)
    })

    test('DPoP at a resource: a proof works once', async () => {
      const { access_token: token } = await one.tokens()
      const dpop = await one.proof('GET', '/userinfo', { ath: sha256(token) })
      assert.equal((await one.userinfo(token, { dpop })).status, 200)
      isRefused(await one.userinfo(token, { dpop }), 'replay')
    })

    test('resource: a token in the query is refused; FAPI headers are accepted, and x-fapi-interaction-id comes back', async () => {
      const { access_token: token } = await one.tokens()
      isRefused(await call(`${here()}/userinfo?access_token=${token}`, {}, server.ca), 'in the query')
      const id = 'c770aef3-6784-41f7-8e0e-ff5f97bddb3a'
      const { status, headers } = await one.userinfo(token, {
        'x-fapi-interaction-id': id,
        'x-fapi-auth-date': 'Tue, 11 Sep 2012 19:43:31 GMT',
        'x-fapi-customer-ip-address': '198.51.100.119',
      })
      assert.equal(status, 200)
      assert.ok(headers['x-fapi-interaction-id'] === undefined || headers['x-fapi-interaction-id'] === id)
    })

    test('RAR: the token response has the authorization_details', async () => {
      const details = [{ type: 'payment', amount: '1' }]
      const { authorization_details, access_token } = await one.tokens({ authorization_details: JSON.stringify(details) })
      assert.deepEqual([authorization_details, claimsOf(access_token).authorization_details], [details, details])
    })

    test('client credentials: tokens are bound, and no refresh or ID token is issued', async () => {
      const { body } = await one.post('/token', machine)
      assert.deepEqual([body.token_type, claimsOf(body.access_token).cnf.jkt], ['DPoP', one.dpop.jkt])
      assert.deepEqual([body.refresh_token, body.id_token], [undefined, undefined])
      isRefused(await one.post('/token', machine, { proof: null }), 'no proof')
    })

    test('claims parameter: each claim that is advertised can be requested', async () => {
      const { body } = await call(`${here()}/.well-known/openid-configuration`, {}, server.ca)
      assert.equal(body.claims_parameter_supported, true)
      const identity = body.claims_supported.filter((name: string) => !['acr', 'auth_time', 'sub'].includes(name))
      const claims = JSON.stringify({ userinfo: Object.fromEntries(identity.map((name: string) => [name, null])) })
      const { access_token } = await one.tokens({ claims })
      assert.equal((await one.userinfo(access_token)).status, 200)
    })

    test('TLS: 1.0 and 1.1 are off, of 1.2 only ECDHE with GCM, 1.3 is preferred; at both ports', async () => {
      const shake = async (origin: string, options: ConnectionOptions) => {
        const socket = connect({ host: 'localhost', port: Number(new URL(origin).port), ca: server.ca, ...options })
        try {
          await once(socket, 'secureConnect')
          return socket.getProtocol()
        } finally {
          socket.destroy()
        }
      }
      for (const origin of [here(), server.origin]) {
        assert.equal(await shake(origin, {}), 'TLSv1.3')
        for (const ciphers of ['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384'])
          assert.equal(await shake(origin, { maxVersion: 'TLSv1.2', ciphers }), 'TLSv1.2')
        for (const ciphers of ['ECDHE-ECDSA-AES128-SHA256', 'ECDHE-ECDSA-AES256-SHA', 'AES128-GCM-SHA256'])
          await assert.rejects(shake(origin, { maxVersion: 'TLSv1.2', ciphers }), ciphers)
        for (const version of ['TLSv1', 'TLSv1.1'] as const)
          await assert.rejects(shake(origin, { minVersion: version, maxVersion: version, ciphers: 'ALL:@SECLEVEL=0' }), version)
      }
    })
  })
}

const fapi2Policy = {
  pushed_requests: 'required',
  assertion_audience: 'issuer',
  allowed_algs: ['PS256', 'ES256', 'EdDSA'],
  sender_constraint: 'required',
  refresh_rotation: 'keep',
  code_lifetime: 60,
}

function encoded(header: object): string {
  return Buffer.from(JSON.stringify(header)).toString('base64url')
}
