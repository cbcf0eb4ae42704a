/** What certification demands of a provider that joins a federation: each test is named after its demand in the criteria's §2.12. */
import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { CompactEncrypt, compactVerify, importJWK, type JWK } from 'jose'
import type { Engine } from '../app.ts'
import { type Signer, signer } from '../federation.ts'
import { callback, encode, told } from '../journeys/application.ts'
import { type Claims, claimsOf, fetched } from '../journeys/federation-setup.ts'
import { federationStage } from '../journeys/federation-stage.ts'
import { engines } from '../postgres.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  const stage = await federationStage(engine)
  const { gatehouse, tenant, anchor, second, first, rp, keys, relyingParty, requestOf, chainOf } = stage
  const { url, post, signIn, arrive, said, redeemed, assertion, close } = stage
  suite(`${engine}: certification of a member of a federation`, () => {
    after(close)

    test('§2.12: a request object by GET signs people in, and the ID token is for the entity alone', async () => {
      const answer = await signIn(url(rp, requestOf(rp)))
      assert.equal(answer['state'], 's')
      const claims = await redeemed(rp, answer['code'])
      assert.deepEqual([claims['aud'], claims['nonce']], [rp.id, 'n'])
      const stored = await gatehouse.root.store.clientsAdmin.find(rp.id)
      assert.deepEqual([stored?.scope, stored?.response_types], ['openid profile', ['code']], 'narrowed to what a client may have here')
    })

    test('§2.12: a request object by POST', async () => {
      const fields = { client_id: rp.id, response_type: 'code', scope: 'openid', redirect_uri: callback, request: requestOf(rp) }
      const sent = await fetch(`${gatehouse.issuer}/authorize`, { method: 'POST', redirect: 'manual', body: new URLSearchParams(fields) })
      assert.equal(sent.status, 303)
    })

    test('§2.12: a request object that is pushed, and a pushed request without one', async () => {
      for (const fields of [
        { request: requestOf(rp) },
        { response_type: 'code', redirect_uri: callback, scope: 'openid', nonce: 'n', state: 's' },
      ]) {
        const { status, body } = await post('/par', { client_id: rp.id, ...assertion(rp), ...fields })
        assert.equal(status, 201, JSON.stringify(body))
        const answer = await signIn(`${gatehouse.issuer}/authorize?${encode({ client_id: rp.id, request_uri: body.request_uri })}`)
        assert.ok((await redeemed(rp, answer['code']))['sub'])
      }
    })

    test('§2.12: with a trust_chain, in the header or the claims, nobody is asked', async () => {
      for (const [where, isHeader] of [
        ['the header', true],
        ['the claims', false],
      ] as const) {
        const unpublished = await relyingParty()
        const asked = () => [anchor, second, first, unpublished].flatMap(({ requests }) => requests).length
        const before = asked()
        const chain = { trust_chain: chainOf(unpublished) }
        const answer = await signIn(url(unpublished, requestOf(unpublished, isHeader ? {} : chain, isHeader ? chain : {})))
        assert.ok((await redeemed(unpublished, answer['code']))['sub'], where)
        assert.equal(asked(), before, where)
      }
    })

    test('§2.12: an encrypted request object', async () => {
      const { keys: published } = await gatehouse.root.ctx.keys.jwks(gatehouse.now())
      const jwk = published.find((one) => (one as JWK).use === 'enc') as JWK & { kid: string }
      const header = { alg: 'ECDH-ES', enc: 'A256GCM', cty: 'JWT', kid: jwk.kid }
      const key = await importJWK(jwk, 'ECDH-ES')
      const encrypted = await new CompactEncrypt(Buffer.from(requestOf(rp))).setProtectedHeader(header).encrypt(key)
      assert.ok((await redeemed(rp, (await signIn(url(rp, encrypted)))['code']))['sub'])
    })

    test('§2.12: a request object by POST, and one that is pushed, with a trust_chain', async () => {
      const unpublished = () => relyingParty()
      const byPost = await unpublished()
      const request = requestOf(byPost, {}, { trust_chain: chainOf(byPost) })
      const sent = await fetch(`${gatehouse.issuer}/authorize`, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams({ client_id: byPost.id, response_type: 'code', scope: 'openid', redirect_uri: callback, request }),
      })
      assert.equal(sent.status, 303)
      assert.match(String(sent.headers.get('location')), /\/authorize\/continue/)
      const pushing = await unpublished()
      const pushed = requestOf(pushing, {}, { trust_chain: chainOf(pushing) })
      const { status, body } = await post('/par', { client_id: pushing.id, ...assertion(pushing), request: pushed })
      assert.equal(status, 201, JSON.stringify(body))
      const answer = await signIn(`${gatehouse.issuer}/authorize?${encode({ client_id: pushing.id, request_uri: body.request_uri })}`)
      assert.ok((await redeemed(pushing, answer['code']))['sub'])
      assert.deepEqual([...byPost.requests, ...pushing.requests], [], 'neither was asked')
    })

    test('§2.12: at PAR, private_key_jwt with this issuer alone as aud', async () => {
      const fields = { client_id: rp.id, response_type: 'code', redirect_uri: callback, scope: 'openid', nonce: 'n', state: 's' }
      for (const [aud, by] of [
        [`${gatehouse.issuer}/par`, keys],
        ['https://other.example', keys],
        [[gatehouse.issuer, 'https://other.example'], keys],
        [gatehouse.issuer, signer()],
      ] as [unknown, Signer][]) {
        const { status, body } = await post('/par', { ...fields, ...assertion(rp, { aud }, by) })
        assert.deepEqual([status, body.error], [401, 'invalid_client'], JSON.stringify(aud))
      }
    })

    /** §2.12: what is refused at the redirect URI, since trust in the client is there. */
    const refused: [name: string, claims: Claims, by?: Signer][] = [
      ['another client_id in the object', { client_id: 'https://other.example' }],
      ['a signature by other keys', {}, signer()],
      ['expired', { exp: 1 }],
      ['another iss', { iss: 'https://other.example' }],
      ['no iss', { iss: undefined }],
      ['another aud', { aud: 'https://other.example' }],
      ['aud with others', { aud: ['https://other.example'] }],
      ['no aud', { aud: undefined }],
      ['no exp', { exp: undefined }],
      ['no jti', { jti: undefined }],
      ['sub', { sub: 'https://rp.example' }],
    ]
    const isNoCode = ({ url: at, html }: Awaited<ReturnType<typeof arrive>>) =>
      !at.searchParams.has('code') && !html.includes('id="sign-in"')
    for (const [name, claims, by] of refused)
      test(`§2.12: a request object with ${name} is refused`, async () => {
        const answer = await signIn(url(rp, requestOf(rp, claims, {}, by)))
        assert.equal(answer['error'], 'invalid_request_object')
      })

    test('§2.12: a request object whose signature was changed is refused', async () => {
      const [header, payload, signature = ''] = requestOf(rp).split('.')
      const bytes = Buffer.from(signature, 'base64url')
      bytes[10]! ^= 1
      const answer = await signIn(url(rp, [header, payload, bytes.toString('base64url')].join('.')))
      assert.equal(answer['error'], 'invalid_request_object')
    })

    test('§2.12: another client_id in the query than in the request object is refused', async () => {
      const other = await relyingParty()
      const answer = await signIn(url(rp, requestOf(rp), { client_id: other.id }))
      assert.deepEqual([answer['error'], answer['code']], ['invalid_request_object', undefined])
      const landing = await gatehouse.browser().open(url(rp, requestOf(rp), { client_id: 'https://nobody.example' }))
      assert.ok(isNoCode(landing) && !landing.url.href.startsWith(callback))
      assert.equal(said(landing)[0], 'invalid_request')
    })

    test('§2.12: a jti works once, and a reload of the same request is no replay', async () => {
      const address = url(rp, requestOf(rp))
      const browser = gatehouse.browser()
      await browser.open(address)
      const answer = told(await arrive(await browser.open(address), browser))
      assert.ok(answer['code'], 'the request was reloaded before it was answered')
      const again = await signIn(address)
      assert.deepEqual([again['error'], again['code']], ['invalid_request_object', undefined])
    })

    test('§2.12: the walk from the entity configuration of this provider up to the anchor leads to keys that are the live ones', async () => {
      const { keys: live } = (await fetched(`${gatehouse.issuer}/.well-known/openid-federation`)).claims['jwks']
      const kids = (await tenant.federationKeyring!.list()).map(({ kid }) => kid)
      assert.deepEqual(
        live.map(({ kid }: Claims) => kid),
        kids,
        'what its operator gives to superiors',
      )
      assert.ok(live.every(({ kty, crv, d, k }: Claims) => kty === 'EC' && crv === 'P-256' && d === undefined && k === undefined))
      const { anchors } = await tenant.store.federation.own()
      assert.deepEqual(anchors.get(anchor.id), claimsOf(anchor.configurationJwt())['jwks'].keys)
    })

    test('§2.12: the resolved trust_chain equals the one that is made by hand, and each statement verifies with the next', async () => {
      const { status, claims } = await fetched(`${gatehouse.issuer}/federation/resolve?${encode({ sub: rp.id, trust_anchor: anchor.id })}`)
      assert.equal(status, 200)
      const bySubject = [...chainOf(rp), anchor.configurationJwt()].map((jwt) => claimsOf(jwt))
      const chain = claims['trust_chain'] as string[]
      const resolved = chain.map(claimsOf)
      assert.deepEqual(
        resolved.map(({ iss, sub, jwks }) => [iss, sub, jwks]),
        bySubject.map(({ iss, sub, jwks }) => [iss, sub, jwks]),
      )
      for (const [i, jwt] of chain.entries()) {
        const { keys: above } = (resolved[i + 1] ?? resolved[i]!)['jwks']
        await compactVerify(jwt, await importJWK(above[0] as JWK, 'ES256'))
      }
    })
  })
}
