/** A tenant in a federation: its entity configuration, its keys, and what is switched off — OpenID Federation 1.0 §5.1, §8.7, §9. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { compactVerify, decodeProtectedHeader, importJWK, type JWK } from 'jose'
import type { Tenant } from '../../src/tenant.ts'
import { type TestApp, testApp } from '../app.ts'
import { federation, type Signer, signer } from '../federation.ts'
import { engines } from '../postgres.ts'
import { type Claims, fetched, joined, usual } from './federation-setup.ts'

for (const engine of Object.keys(engines) as (keyof typeof engines)[])
  suite(`${engine}: a tenant in a federation`, () => {
    let gatehouse: TestApp
    let tenant: Tenant
    const configuration = () => fetched(`${gatehouse.issuer}/.well-known/openid-federation`)
    before(async () => {
      gatehouse = await testApp(engine)
    })
    after(() => gatehouse.close())

    test('takes part in none until that is switched on, for itself alone', async () => {
      for (const path of ['/.well-known/openid-federation', '/federation/historical-keys'])
        assert.deepEqual((({ status, body }) => [status, body.error_description])(await fetched(gatehouse.issuer + path)), [
          404,
          'this issuer takes part in no federation',
        ])
      await gatehouse.app.tenants.create({ slug: 'acme', name: 'Acme' })
      tenant = await joined(gatehouse)
      assert.equal((await configuration()).status, 200)
      assert.equal((await fetched(`${gatehouse.issuer}/t/acme/.well-known/openid-federation`)).status, 404)
    })

    test('§2.12: its entity configuration is signed with a key in it, of its own, and about itself', async () => {
      const { type, text, claims } = await configuration()
      assert.equal(type, 'application/entity-statement+jwt')
      const { typ, kid } = decodeProtectedHeader(text)
      assert.equal(typ, 'entity-statement+jwt')
      const [jwk, ...more] = claims['jwks'].keys
      assert.deepEqual([jwk.kid, more, 'd' in jwk], [kid, [], false])
      await compactVerify(text, await importJWK(jwk as JWK, 'ES256'))
      assert.deepEqual([claims['iss'], claims['sub']], [gatehouse.issuer, gatehouse.issuer])
      assert.deepEqual([claims['iat'], claims['exp']], [gatehouse.now(), gatehouse.now() + 86_400])
      const { keys } = await tenant.ctx.keys.jwks(gatehouse.now())
      assert.ok(!keys.some((key) => (key as { kid?: string }).kid === kid), 'no token is signed with it')
    })

    test('§2.12: its metadata is that of discovery, for each of its entity types', async () => {
      const { claims } = await configuration()
      const { body } = await fetched(`${gatehouse.issuer}/.well-known/openid-configuration`)
      const registration = {
        client_registration_types_supported: ['automatic', 'explicit'],
        federation_registration_endpoint: `${gatehouse.issuer}/federation/register`,
      }
      assert.deepEqual(claims['metadata'].openid_provider, { ...body, ...registration })
      assert.deepEqual(claims['metadata'].oauth_authorization_server, { ...body, ...registration })
      const own = claims['metadata'].federation_entity
      assert.equal(own.organization_name, 'Gatehouse')
      assert.equal(own.federation_historical_keys_endpoint, `${gatehouse.issuer}/federation/historical-keys`)
      assert.deepEqual(
        Object.keys(own).toSorted(),
        ['historical_keys', 'trust_mark', 'trust_mark_list', 'trust_mark_status']
          .map((name) => `federation_${name}_endpoint`)
          .concat('organization_name'),
        'a leaf has no subordinates, and without an anchor it resolves nobody',
      )
    })

    test('names its superiors, publishes its trust marks, and says which ones it accepts', async () => {
      assert.ok(!('authority_hints' in (await configuration()).claims), 'and is an anchor while it has none')
      const issuer: Signer = signer()
      const mark = issuer.sign('trust-mark+jwt', {
        iss: 'https://issuer.example',
        sub: gatehouse.issuer,
        trust_mark_type: 'https://type.example',
        iat: 1,
      })
      const { federation: store } = tenant.store
      await store.put({ ...usual, role: 'superior', entity_id: 'https://superior.example' })
      await store.put({
        ...usual,
        role: 'trust_mark_issuer',
        entity_id: 'https://issuer.example',
        trust_mark_types: ['https://type.example'],
        trust_marks: [mark],
      })
      const { claims } = await configuration()
      assert.deepEqual(claims['authority_hints'], ['https://superior.example'])
      assert.deepEqual(claims['trust_marks'], [{ trust_mark_type: 'https://type.example', trust_mark: mark }])
      assert.deepEqual(claims['trust_mark_issuers'], { 'https://type.example': ['https://issuer.example'] })
    })

    test('a key that is rotated is published at once, signs a week later, and ends among the historical keys', async () => {
      const kidsNow = async () => (await configuration()).claims['jwks'].keys.map(({ kid }: { kid: string }) => kid)
      const [first] = await kidsNow()
      const next = await tenant.federationKeyring!.rotate('ES256', { immediately: false })
      assert.deepEqual((await kidsNow()).toSorted(), [first, next].toSorted())
      assert.equal(decodeProtectedHeader((await configuration()).text).kid, first)
      gatehouse.advance(7 * 86_400)
      assert.equal(decodeProtectedHeader((await configuration()).text).kid, next)
      gatehouse.advance(30 * 86_400)
      await tenant.federationKeyring!.rotateWhenDue()
      assert.deepEqual(await kidsNow(), [next])
      const revoked = next
      await tenant.federationKeyring!.revoke(revoked)
      const { type, text, claims } = await fetched(`${gatehouse.issuer}/federation/historical-keys`)
      assert.equal(type, 'application/jwk-set+jwt')
      assert.equal(decodeProtectedHeader(text).typ, 'jwk-set+jwt')
      assert.equal(claims['iss'], gatehouse.issuer)
      const told = claims['keys'].map(({ kid, exp, revoked, d }: Claims) => [kid, exp, revoked, d])
      assert.deepEqual(told, [
        [first, gatehouse.now(), undefined, undefined],
        [revoked, gatehouse.now(), { revoked_at: gatehouse.now() }, undefined],
      ])
    })

    test('a next key that was revoked has a successor, and so has the last key', async () => {
      const ring = tenant.federationKeyring!
      const kids = async () => (await ring.list()).map(({ kid }) => kid)
      const before = await kids()
      const stolen = await ring.rotate('ES256', { immediately: false })
      await ring.revoke(stolen)
      const next = await ring.rotate('ES256', { immediately: false })
      assert.ok(next !== stolen && !before.includes(next))
      for (const kid of await kids()) await ring.revoke(kid)
      assert.equal((await kids()).length, 1)
      const { kid } = decodeProtectedHeader((await configuration()).text)
      assert.ok(kid !== undefined && kid !== next && !before.includes(kid))
    })

    test('a federation key is sealed, and opens for no other purpose', async () => {
      const [row] = await tenant.store.federationKeys.list()
      assert.ok(row)
      assert.doesNotMatch(row.sealedKey, /"d"|PRIVATE/)
      assert.ok(!(await tenant.store.signingKeys.list()).some(({ kid }) => kid === row.kid))
    })

    test('an independent member finds its chain', async () => {
      const world = federation(gatehouse.now)
      try {
        const anchor = await world.entity()
        const { keys } = (await configuration()).claims['jwks']
        anchor.about.set(gatehouse.issuer, {
          jwks: { keys },
          metadata_policy: { openid_provider: { scopes_supported: { subset_of: ['openid'] } } },
        })
        await tenant.store.federation.put({ ...usual, role: 'superior', entity_id: anchor.id })
        await tenant.store.federation.put({ ...usual, role: 'anchor', entity_id: anchor.id, jwks: { keys: [anchor.jwk] as never } })
        const { findTrustChain } = await import('../../src/protocol/federation/own-federation.ts')
        const { chain, deadEnds } = await findTrustChain(tenant.ctx, gatehouse.issuer)
        assert.ok(chain, JSON.stringify(deadEnds))
        assert.deepEqual(chain.metadata['openid_provider']?.['scopes_supported'], ['openid'])
      } finally {
        await world.close()
      }
    })
  })
