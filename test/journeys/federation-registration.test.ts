/** Relying parties that nobody registered here sign people in: automatic registration — OpenID Federation 1.0 §12.1. */
import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { metadataOf } from '../../src/protocol/change-client.ts'
import { openDatabase } from '../../src/store/open.ts'
import { sweep } from '../../src/store/sweep.ts'
import { type Engine, testApp } from '../app.ts'
import { type Entity, federation, signer } from '../federation.ts'
import { engines } from '../postgres.ts'
import { call, callback, encode } from './application.ts'
import { fetched, joined, usual } from './federation-setup.ts'
import { federationStage } from './federation-stage.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  const {
    gatehouse,
    world,
    anchor,
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
    assertion,
    register,
    keys,
    close,
  } = await federationStage(engine)
  suite(`${engine}: automatic registration`, () => {
    after(close)

    test('a trust_chain that is not valid is not used', async () => {
      const party = await relyingParty()
      const answer = await signIn(url(party, requestOf(party, { trust_chain: chainOf(rp) })))
      assert.ok(answer['code'])
      assert.ok(party.requests.length > 0, 'its superiors were asked')
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

    test('a signed key set counts only while it is in force, and only of the entity itself', async () => {
      const now = gatehouse.now()
      const unusable = 'signed_jwks_uri of the entity does not lead to a key set that it signed'
      const stranger = 'an entity statement is not signed with a key that its superior vouches for'
      const rows: [made: (party: Entity) => [jwt: string, status?: number], description: string | undefined][] = [
        [(party) => [party.sign('jwk-set+jwt', { iss: party.id, keys: [keys.jwk], exp: now + 60 })], undefined],
        [(party) => [party.sign('jwk-set+jwt', { iss: party.id, keys: [keys.jwk], exp: now })], unusable],
        [(party) => [party.sign('jwk-set+jwt', { iss: party.id, keys: [keys.jwk], exp: 'later' })], unusable],
        [(party) => [party.sign('jwk-set+jwt', { iss: rp.id, keys: [keys.jwk] })], unusable],
        [(party) => [party.sign('jwk-set+jwt', { keys: [keys.jwk] })], unusable],
        [(party) => [party.sign('JWT', { iss: party.id, keys: [keys.jwk] })], unusable],
        [(party) => [party.sign('jwk-set+jwt', { iss: party.id, keys: [keys.jwk] }), 404], unusable],
        [(party) => [keys.sign('jwk-set+jwt', { iss: party.id, keys: [keys.jwk] })], stranger],
        [() => ['x'], unusable],
      ]
      for (const [made, description] of rows) {
        const party = await relyingParty()
        party.configuration = { metadata: metadata({ jwks: undefined, signed_jwks_uri: `${party.id}/jwks` }) }
        const [jwt, status = 200] = made(party)
        party.answers.set('/jwks', (_, res) => res.writeHead(status).end(jwt))
        const landing = await gatehouse.browser().open(url(party, requestOf(party)))
        assert.equal(said(landing)[1], description, String(made))
      }
    })

    test('keys at an address are read there', async () => {
      const party = await relyingParty()
      party.configuration = { metadata: metadata({ jwks: undefined, jwks_uri: `${party.id}/jwks` }) }
      party.answers.set('/jwks', (_, res) => res.writeHead(200).end(JSON.stringify({ keys: [keys.jwk] })))
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

    test('with other anchors, or none, nobody whom the former ones vouched for is a client any more', async () => {
      const party = await relyingParty()
      const { federation, clients } = gatehouse.root.store
      const trusted = { ...usual, role: 'anchor', entity_id: anchor.id, jwks: { keys: [anchor.jwk] as never } } as const
      const isClient = async () => (await clients.find(party.id)) !== undefined
      const takesAway: [name: string, act: () => Promise<unknown>][] = [
        ['removed', () => federation.remove('anchor', anchor.id)],
        ['with other keys', () => federation.put({ ...trusted, jwks: { keys: [signer().jwk] as never } })],
        ['declared with other keys', () => declare([{ ...trusted, jwks: { keys: [signer().jwk] } }])],
        ['no longer declared', () => declare([], [{ role: 'anchor', entity_id: anchor.id }])],
      ]
      const none = { clients: [], resources: [], connections: [], credentials: [], trustedIssuers: [] }
      const declare = (entities: object[], gone: object[] = []) => {
        const removed = { clients: [], resources: [], connections: [], credentials: [], trustedIssuers: [], entities: gone }
        return gatehouse.root.store.declare({ ...none, entities, removed } as never, gatehouse.now())
      }
      for (const [name, act] of takesAway) {
        assert.ok((await signIn(url(party, requestOf(party))))['code'], 'while it is trusted')
        assert.ok(await isClient())
        await act()
        assert.equal(await isClient(), false, name)
        const { status } = await post('/par', { client_id: party.id, ...assertion(party), request: requestOf(party) })
        assert.ok(status === 401 || status === 400, name)
        await federation.put(trusted)
      }
      assert.ok((await signIn(url(party, requestOf(party))))['code'])
      await gatehouse.app.tenants.set('', { federation: false })
      const { status, body } = await post('/token', { grant_type: 'authorization_code', code: 'x', ...assertion(party) })
      assert.deepEqual([status, body.error], [401, 'invalid_client'], 'nor where the tenant has left all federations')
      await gatehouse.app.tenants.set('', { federation: true })
    })

    test('a tenant that is its own anchor takes its word back at once, also from one who kept its statement', async () => {
      const { federation, clients } = gatehouse.root.store
      const { keys: own } = (await fetched(`${gatehouse.issuer}/.well-known/openid-federation`)).claims['jwks']
      await federation.put({ ...usual, role: 'anchor', entity_id: gatehouse.issuer, jwks: { keys: own } })
      const party = await world.entity({ metadata: metadata() })
      party.configuration = { authority_hints: [gatehouse.issuer] }
      const vouchedFor = { ...usual, role: 'subordinate', entity_id: party.id, jwks: { keys: [party.jwk] as never } } as const
      const code = async (header: object = {}) =>
        (await arrivedAt(url(party, requestOf(party, {}, header as never)))).searchParams.get('code')
      const arrivedAt = async (address: string) => {
        const browser = gatehouse.browser()
        return (await arrive(await browser.open(address), browser)).url
      }
      await federation.put(vouchedFor)
      assert.ok(await code())
      const { text: kept } = await fetched(`${gatehouse.issuer}/federation/fetch?${encode({ sub: party.id })}`)
      const trust_chain = [party.configurationJwt(), kept]
      assert.ok(await code({ trust_chain }))
      for (const takenBack of [
        () => federation.remove('subordinate', party.id),
        () => federation.put({ ...vouchedFor, jwks: { keys: [signer().jwk] as never } }),
        () => federation.put({ ...vouchedFor, constraints: { allowed_entity_types: [] } }),
      ]) {
        await takenBack()
        assert.equal(await clients.find(party.id), undefined)
        assert.equal(await code(), null)
        assert.equal(await code({ trust_chain }), null)
        await federation.put(vouchedFor)
        gatehouse.advance(60)
        assert.ok(await code(), 'and gives it again')
      }
      await federation.remove('anchor', gatehouse.issuer)
    })

    test('an unknown entity that brings its chain counts as a flow of its own, one that is known does not', async () => {
      const limited = await testApp(engine, { LIMITS_FLOWS_PER_ADDRESS: '2' })
      const others = federation(limited.now)
      const above = await others.entity()
      const party = await others.entity({ superiors: [above], metadata: metadata() })
      const { store } = await joined(limited)
      await store.federation.put({ ...usual, role: 'anchor', entity_id: above.id, jwks: { keys: [above.jwk] as never } })
      const ask = async () => {
        const now = limited.now()
        const request = requestOf(
          party,
          { aud: limited.issuer, iat: now, exp: now + 300 },
          { trust_chain: [party.configurationJwt(), above.statementJwt(party.id)] },
        )
        return (await call(url(party, request).replace(gatehouse.issuer, limited.issuer))).status
      }
      assert.deepEqual([await ask(), await ask()], [303, 429], 'unknown')
      limited.advance(901)
      assert.deepEqual([await ask(), await ask(), await ask()], [303, 303, 429], 'known')
      limited.advance(7 * 86_400)
      assert.deepEqual([await ask(), await ask(), await ask()], [303, 303, 429], 'known, although its chain has expired')
      await others.close()
      await limited.close()
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
