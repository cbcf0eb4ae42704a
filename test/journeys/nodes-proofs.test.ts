/** Two nodes of one installation: a pushed request, its code, an assertion and a DPoP proof are used up for both — RFC 9126, RFC 7523, RFC 9449. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { sha256 } from '../../src/protocol/codec/digest.ts'
import { profiles } from '../../src/protocol/features/profiles.ts'
import type { Engine, TestApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { type TwoNodes, twoNodes } from '../two-nodes.ts'
import { type Answer, alice, call, callback, challenge, encode, shows, told, verifier } from './application.ts'
import { aKey, type Key } from './dpop-proofs.ts'
import { aClientKey, type ClientKey, signedWith } from './signed-by-clients.ts'

const machine = { grant_type: 'client_credentials', scope: 'read' }
const request = {
  response_type: 'code',
  redirect_uri: callback,
  scope: 'openid offline_access',
  code_challenge: challenge,
  code_challenge_method: 'S256',
}
const redemption = { grant_type: 'authorization_code', redirect_uri: callback, code_verifier: verifier }

for (const engine of Object.keys(engines) as Engine[])
  suite(`proofs at two nodes on ${engine}`, () => {
    let nodes: TwoNodes
    let one: TestApp
    let bases: string[]
    let key: ClientKey
    let held: Key
    let count = 0

    before(async () => {
      nodes = await twoNodes(engine)
      one = nodes.one
      bases = [one.issuer, nodes.other]
      ;[key, held] = [await aClientKey('ES256', 'key'), await aKey()]
      await one.addClient({
        ...profiles.fapi2.members,
        client_id: 'bank',
        redirect_uris: [callback],
        grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
        scope: 'openid offline_access read',
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [key.jwk] },
      })
      await one.addAccount({ username: alice.username }, alice.password)
    })
    after(() => nodes.close())

    const now = () => Math.floor(Date.now() / 1000)
    const assertion = () => {
      const claims = { iss: 'bank', sub: 'bank', aud: one.issuer, jti: `a${++count}`, exp: now() + 60 }
      return signedWith(key, claims)
    }
    const proof = (method: string, path: string, claims: object = {}) =>
      signedWith(
        { ...held, jwk: { ...held.jwk, kid: '' } } as never,
        { jti: `p${++count}`, htm: method, htu: one.issuer + path, iat: now(), ...claims },
        {
          typ: 'dpop+jwt',
          jwk: held.jwk,
          kid: undefined,
        },
      )
    const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
    /** At the node of this number. */
    async function post(
      node: number,
      path: string,
      fields: Record<string, string>,
      by: { assertion?: string; dpop?: string } = {},
    ): Promise<Answer> {
      const body = encode({ ...fields, client_assertion: by.assertion ?? (await assertion()), client_assertion_type: type })
      return call(bases[node] + path, { body, headers: { dpop: by.dpop ?? (await proof('POST', path)) } })
    }

    test('a request that is pushed to one node is answered by the other, and its code is redeemed once at either', async () => {
      const pushed = await post(1, '/par', request)
      assert.equal(pushed.status, 201, pushed.text)
      const browser = one.browser()
      await browser.open(`/authorize?${encode({ client_id: 'bank', request_uri: pushed.body.request_uri })}`)
      const signedIn = await browser.submit('sign-in', { ...alice })
      const { code = '' } = told(shows(signedIn, 'consent') ? await browser.submit('consent', { answer: 'allow' }) : signedIn)
      const both = await Promise.all([0, 1, 0, 1].map((node) => post(node, '/token', { ...redemption, code })))
      const [won, ...more] = both.filter(({ status }) => status === 200)
      assert.ok(won && more.length === 0, both.map(({ text }) => text).join())
      assert.ok(both.filter((answer) => answer !== won).every(({ body }) => body.error === 'invalid_grant'))
      const reused = await browser.open(`/authorize?${encode({ client_id: 'bank', request_uri: pushed.body.request_uri })}`)
      assert.equal(reused.status, 400)
    })

    test('an assertion that one node has seen is refused by the other, also of several at once', async () => {
      const same = await assertion()
      const answers = await Promise.all([0, 1, 0, 1, 0, 1].map((node) => post(node, '/token', machine, { assertion: same })))
      assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 401, 401, 401, 401, 401])
    })

    test('at the pushed request endpoint, too, and what came with a used one can still be used', async () => {
      const [same, dpop] = [await assertion(), await proof('POST', '/par')]
      const pushes = await Promise.all([0, 1, 0, 1].map((node) => post(node, '/par', request, { assertion: same })))
      assert.deepEqual(pushes.map(({ status }) => status).sort(), [201, 401, 401, 401])
      const late = await post(1, '/par', request, { assertion: same, dpop })
      assert.deepEqual([late.status, late.body.error], [401, 'invalid_client'])
      const fresh = await assertion()
      assert.equal((await post(0, '/par', { ...request, scope: 'unknown' }, { assertion: fresh, dpop })).status, 400)
      assert.equal((await post(0, '/par', request, { assertion: fresh, dpop })).status, 201)
      const again = await post(1, '/par', request, { dpop })
      assert.deepEqual([again.status, again.body.error], [400, 'invalid_dpop_proof'])
    })

    test('a DPoP proof that one node has seen is refused by the other, at the token endpoint and at UserInfo', async () => {
      const dpop = await proof('POST', '/token')
      const answers = await Promise.all([0, 1, 0, 1, 0, 1].map((node) => post(node, '/token', machine, { dpop })))
      assert.deepEqual(answers.map(({ status, body }) => [status, body.error]).filter(([status]) => status === 200).length, 1)
      assert.ok(answers.filter(({ status }) => status !== 200).every(({ body }) => body.error === 'invalid_dpop_proof'))

      const { access_token: token } = answers.find(({ status }) => status === 200)!.body
      const shown = await proof('GET', '/userinfo', { ath: sha256(token) })
      const headers = { authorization: `DPoP ${token}`, dpop: shown }
      const visits = await Promise.all([1, 0, 1, 0].map((node) => call(`${bases[node]}/userinfo`, { headers })))
      assert.equal(visits.filter(({ status }) => status === 200).length, 1)
      assert.equal(visits.filter(({ status }) => status === 401).length, 3)
    })
  })
