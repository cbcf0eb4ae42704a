/** Relying parties that nobody registered here sign people in: automatic registration — OpenID Federation 1.0 §12.1. */
import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { CompactEncrypt, importJWK, type JWK } from 'jose'
import { metadataOf } from '../../src/protocol/change-client.ts'
import { openDatabase } from '../../src/store/open.ts'
import { sweep } from '../../src/store/sweep.ts'
import type { Engine } from '../app.ts'
import { type Entity, type Signer, signer } from '../federation.ts'
import { engines } from '../postgres.ts'
import { callback, encode, told } from './application.ts'
import type { Claims } from './federation-setup.ts'
import { federationStage } from './federation-stage.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  const {
    gatehouse,
    world,
    anchor,
    second,
    first,
    rp,
    metadata,
    relyingParty,
    requestOf,
    chainOf,
    url,
    post,
    signIn,
    arrive,
    said,
    redeemed,
    assertion,
    register,
    keys,
    close,
  } = await federationStage(engine)
  suite(`${engine}: automatic registration`, () => {
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

    test('a trust_chain that is not valid is not used', async () => {
      const party = await relyingParty()
      const answer = await signIn(url(party, requestOf(party, { trust_chain: chainOf(rp) })))
      assert.ok(answer['code'])
      assert.ok(party.requests.length > 0, 'its superiors were asked')
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
    for (const [name, claims, by] of refused)
      test(`§2.12: a request object with ${name} is refused`, async () => {
        const answer = await signIn(url(rp, requestOf(rp, claims, {}, by)))
        assert.equal(answer['error'], 'invalid_request_object')
      })

    test('aud of a request object is this issuer alone', async () => {
      const answer = await signIn(url(rp, requestOf(rp, { aud: [gatehouse.issuer, 'https://other.example'] })))
      assert.equal(answer['error_description'], 'the request object of this client needs iss, and aud with this issuer alone')
    })

    test('a request without a request object is refused', async () => {
      const plain = { client_id: rp.id, response_type: 'code', scope: 'openid', redirect_uri: callback, state: 's' }
      const answer = await signIn(`${gatehouse.issuer}/authorize?${encode(plain)}`)
      assert.equal(answer['error_description'], 'this client must sign its authorization requests')
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

    test('an entity that is not trusted, or is no such client, gets a page and no redirect', async () => {
      const lost = await world.entity({ superiors: [await world.entity()], metadata: metadata() })
      const rows: [entity: Entity, code: string, description: string][] = [
        [lost, 'invalid_trust_anchor', 'no superior of the entity leads to a trust anchor of this server'],
        [
          await relyingParty({ client_registration_types: ['explicit'] }),
          'invalid_metadata',
          'the entity does not register automatically; see its client_registration_types',
        ],
        [
          await relyingParty({ token_endpoint_auth_method: 'client_secret_basic' }),
          'invalid_metadata',
          'automatic registration needs a token_endpoint_auth_method with keys of the client',
        ],
        [
          await world.entity({ superiors: [first], metadata: { other: {} } }),
          'invalid_metadata',
          'the metadata of the entity has no openid_relying_party',
        ],
        [
          await relyingParty({ redirect_uris: [] }),
          'invalid_redirect_uri',
          'redirect_uris at least one is needed for the authorization_code grant type',
        ],
        [
          await relyingParty({ jwks: undefined, signed_jwks_uri: `${rp.id}/nothing` }),
          'invalid_metadata',
          'signed_jwks_uri of the entity does not lead to a key set that it signed',
        ],
      ]
      for (const [entity, ...expected] of rows) {
        const landing = await gatehouse.browser().open(url(entity, requestOf(entity)))
        assert.ok(!landing.url.href.startsWith(callback))
        assert.deepEqual(said(landing), expected)
        const { status, body } = await post('/par', { client_id: entity.id, ...assertion(entity), request: requestOf(entity) })
        assert.ok(status < 500)
        assert.deepEqual([body.error, body.error_description], expected, 'which a program learns too')
      }
      const nobody = { ...rp, id: 'http://localhost:1' }
      assert.deepEqual(said(await gatehouse.browser().open(url(nobody, requestOf(nobody)))), [
        'invalid_request',
        'client_id is not registered here',
      ])
    })

    test('a signed key set of the entity is read', async () => {
      const party = await relyingParty({ jwks: undefined, signed_jwks_uri: 'set below' })
      party.configuration = { metadata: metadata({ jwks: undefined, signed_jwks_uri: `${party.id}/jwks` }) }
      const set = party.sign('jwk-set+jwt', { iss: party.id, sub: party.id, keys: [keys.jwk] })
      party.answers.set('/jwks', (_, res) => res.writeHead(200, { 'content-type': 'application/jwk-set+jwt' }).end(set))
      assert.ok((await signIn(url(party, requestOf(party))))['code'])
    })

    test('policies of superiors decide what the client may do', async () => {
      const party = await relyingParty()
      first.about.get(party.id)!['metadata_policy'] = { openid_relying_party: { scope: { subset_of: ['openid'] } } }
      await signIn(url(party, requestOf(party, { scope: 'openid' })))
      assert.equal((await gatehouse.root.store.clientsAdmin.find(party.id))?.scope, 'openid')
    })

    test('what an operator demands of a client stays when it registers again, and each way of registering keeps its own demands', async () => {
      const party = await relyingParty()
      const { clientsAdmin } = gatehouse.root.store
      const policyOf = async () => (await clientsAdmin.find(party.id))!.policy
      assert.equal((await register(party)).status, 200)
      assert.deepEqual([(await policyOf()).signed_requests, (await policyOf()).request_object_jti], ['optional', 'optional'])
      const demanded = async (policy: object) => {
        const { quarantined: _, ...stored } = (await clientsAdmin.find(party.id))!
        await clientsAdmin.replace({ ...metadataOf(stored), policy: { ...stored.policy, ...policy } })
      }
      await demanded({ assignment: 'required', pkce: 'required' })
      gatehouse.advance(1)
      assert.equal((await register(party)).status, 200)
      assert.deepEqual([(await policyOf()).assignment, (await policyOf()).pkce], ['required', 'required'])
      gatehouse.advance(3601)
      await signIn(url(party, requestOf(party)))
      const { assignment, pkce, signed_requests, request_object_jti, request_object_audience } = await policyOf()
      assert.deepEqual([assignment, pkce], ['required', 'required'])
      assert.deepEqual([signed_requests, request_object_jti, request_object_audience], ['unless_pushed', 'required', 'issuer'])
      await demanded({ signed_requests: 'required' })
      gatehouse.advance(3601)
      await signIn(url(party, requestOf(party)))
      assert.equal((await policyOf()).signed_requests, 'required')
    })

    test('a registration lives as long as its chain, and is renewed when it is needed', async () => {
      const party = await relyingParty()
      first.about.get(party.id)!['exp'] = gatehouse.now() + 600
      assert.ok((await signIn(url(party, requestOf(party))))['code'])
      gatehouse.advance(600)
      assert.equal(await gatehouse.root.store.clients.find(party.id), undefined)
      delete first.about.get(party.id)!['exp']
      assert.ok((await signIn(url(party, requestOf(party))))['code'], 'its chain is looked for again')
      first.about.delete(party.id)
      first.about.set('https://another.example', {})
      gatehouse.advance(86_400)
      const landing = await gatehouse.browser().open(url(party, requestOf(party)))
      assert.equal(said(landing)[0], 'invalid_trust_anchor')
    })

    test('an operator can disable such a client, and the chain does not bring it back', async () => {
      const party = await relyingParty()
      assert.ok((await signIn(url(party, requestOf(party))))['code'])
      await gatehouse.root.store.clientsAdmin.setStatus(party.id, 'disabled')
      gatehouse.advance(86_401)
      assert.deepEqual(said(await gatehouse.browser().open(url(party, requestOf(party)))), [
        'invalid_request',
        'client_id is not registered here',
      ])
      gatehouse.advance(400 * 86_400)
      const db = await openDatabase(gatehouse.database, () => {})
      await sweep(db, gatehouse.now(), 10_000) // also when it would long be forgotten
      await db.close()
      const { body } = await register(party)
      assert.equal(body.error_description, 'a client of this identifier is registered otherwise, or disabled')
    })
  })
}
