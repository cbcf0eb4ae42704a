/** Trust marks whose type has an owner: issued with its delegation, and believed with it alone — OpenID Federation 1.0 §7.2, §7.3. */
import assert from 'node:assert/strict'
import { text } from 'node:stream/consumers'
import { after, before, suite, test } from 'node:test'
import { decodeProtectedHeader } from 'jose'
import { entitySchema } from '../../src/protocol/federation/entity.ts'
import { signDelegation } from '../../src/protocol/federation/own-federation.ts'
import type { Tenant } from '../../src/tenant.ts'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { type Entity, type Federation, federation, signer } from '../federation.ts'
import { engines } from '../postgres.ts'
import { encode, type Fields } from './application.ts'
import { type Claims, claimsOf, fetched, joined } from './federation-setup.ts'

const type = 'https://trust.example/inspected'
const other = 'https://trust.example/other'

for (const engine of Object.keys(engines) as Engine[])
  suite(`${engine}: trust marks with an owner`, () => {
    let gatehouse: TestApp
    let tenant: Tenant
    let world: Federation
    let anchor: Entity
    let issuer: Entity
    let rp: Entity
    const owner = { ...signer(), id: 'https://owner.example' }
    const ask = (path: string, fields: Fields = {}) => fetched(`${gatehouse.issuer}/federation/${path}?${encode(fields)}`)
    const put = (entity: object) => tenant.store.federation.put(entitySchema.parse(entity))
    const delegation = (claims: Claims = {}, by: { sign: Entity['sign'] } = owner, typ = 'trust-mark-delegation+jwt', header = {}) =>
      by.sign(typ, { iss: owner.id, sub: issuer.id, trust_mark_type: type, iat: gatehouse.now(), ...claims }, header)
    const mark = (claims: Claims, by: Entity = issuer) =>
      by.sign('trust-mark+jwt', { iss: issuer.id, sub: rp.id, trust_mark_type: type, iat: gatehouse.now(), ...claims })

    before(async () => {
      gatehouse = await testApp(engine)
      tenant = await joined(gatehouse)
      world = federation(gatehouse.now)
      anchor = await world.entity()
      issuer = await world.entity({ superiors: [anchor] })
      rp = await world.entity({ superiors: [anchor] })
      await put({ role: 'anchor', entity_id: anchor.id, jwks: { keys: [anchor.jwk] } })
    })
    after(async () => {
      await world.close()
      await gatehouse.close()
    })

    test('those with a valid delegation of the owner are believed, and no others', async () => {
      const impostor = { ...signer(), kid: owner.kid }
      const types = ['unowned', 'keyless'].map((name) => `https://trust.example/${name}`)
      const [unowned, keyless] = types as [string, string]
      anchor.configuration = {
        trust_mark_issuers: { ...Object.fromEntries([type, ...types].map((one) => [one, []])), [other]: ['https://somebody.example'] },
        trust_mark_owners: {
          [type]: { sub: owner.id, jwks: { keys: [owner.jwk] } },
          [other]: { sub: owner.id, jwks: { keys: [owner.jwk] } },
          [keyless]: { sub: owner.id, jwks: { keys: [] } },
        },
      }
      const believed: [name: string, jwt: string][] = [
        ['with a delegation', mark({ delegation: delegation() })],
        ['with one that ends later', mark({ delegation: delegation({ exp: gatehouse.now() + 60 }) })],
        ['of a type without an owner', mark({ trust_mark_type: unowned })],
      ]
      const refused: [name: string, jwt: string][] = [
        ['without a delegation', mark({})],
        ['that has expired', mark({ exp: gatehouse.now(), delegation: delegation() })],
        ['that is not yet valid', mark({ iat: gatehouse.now() + 61, delegation: delegation() })],
        ['with something else', mark({ delegation: 'x' })],
        ['with a delegation of another typ', mark({ delegation: delegation({}, owner, 'JWT') })],
        ['with one without a signature', mark({ delegation: delegation({}, owner, undefined, { alg: 'none' }) })],
        ['with one for another issuer', mark({ delegation: delegation({ sub: rp.id }) })],
        ['with one of another owner', mark({ delegation: delegation({ iss: 'https://other.example' }) })],
        ['with one for another type', mark({ delegation: delegation({ trust_mark_type: other }) })],
        ['with one that is not yet valid', mark({ delegation: delegation({ iat: gatehouse.now() + 61 }) })],
        ['with one that has expired', mark({ delegation: delegation({ exp: gatehouse.now() }) })],
        ['with one that another key signed', mark({ delegation: delegation({}, impostor, undefined, { kid: owner.kid }) })],
        ['with one whose key is not named', mark({ delegation: delegation({}, owner, undefined, { kid: undefined }) })],
        ['with one that the issuer gave itself', mark({ delegation: delegation({ iss: issuer.id }, issuer) })],
        [
          'with one although the type has no owner',
          mark({ trust_mark_type: unowned, delegation: delegation({ trust_mark_type: unowned }) }),
        ],
        ['whose owner has no keys', mark({ trust_mark_type: keyless, delegation: delegation({ trust_mark_type: keyless }) })],
        [
          'of an issuer that the anchor does not accept',
          mark({ trust_mark_type: other, delegation: delegation({ trust_mark_type: other }) }),
        ],
      ]
      const names = new Map([...believed, ...refused].map(([name, jwt]) => [jwt, name]))
      assert.equal(names.size, 20, 'all that are looked at')
      rp.configuration = {
        trust_marks: [...refused, ...believed].map(([, jwt]) => ({ trust_mark_type: claimsOf(jwt)['trust_mark_type'], trust_mark: jwt })),
      }
      const { claims } = await ask('resolve', { sub: rp.id, trust_anchor: anchor.id })
      assert.deepEqual(
        claims['trust_marks'].map(({ trust_mark: jwt }: { trust_mark: string }) => names.get(jwt)),
        believed.map(([name]) => name),
      )
    })

    test('an anchor whose owners are malformed, so that none could be checked, vouches for nobody', async () => {
      for (const owners of [[], { [type]: 'owner' }, { [type]: { sub: 'owner', jwks: { keys: [owner.jwk] } } }]) {
        anchor.configuration = { trust_mark_issuers: { [type]: [] }, trust_mark_owners: owners }
        gatehouse.advance(3601)
        rp.configuration = { trust_marks: [{ trust_mark_type: type, trust_mark: mark({}) }] }
        const { status, body } = await ask('resolve', { sub: rp.id, trust_anchor: anchor.id })
        assert.deepEqual(
          [status, body.error_description],
          [400, 'trust_mark_issuers and trust_mark_owners must name entities for each type of trust mark'],
        )
      }
    })

    test('one that its issuer has taken back is not believed, nor one whose issuer does not answer for it', async () => {
      anchor.configuration = { trust_mark_issuers: { [type]: [] } }
      const keeper = await world.entity({
        superiors: [anchor],
        metadata: { federation_entity: { federation_trust_mark_status_endpoint: 'set below' } },
      })
      const endpoint = { federation_trust_mark_status_endpoint: `${keeper.id}/status` }
      keeper.configuration = { metadata: { federation_entity: endpoint } }
      const held = mark({ iss: keeper.id }, keeper)
      rp.configuration = { trust_marks: [{ trust_mark_type: type, trust_mark: held }] }
      const stranger = signer()
      const statusType = 'trust-mark-status-response+jwt'
      const said = (claims: Claims = {}, by: { sign: Entity['sign'] } = keeper, typ = statusType, header = {}) =>
        by.sign(typ, { iss: keeper.id, iat: gatehouse.now(), trust_mark: held, status: 'active', ...claims }, header)
      const rows: [answer: string | undefined, believed: boolean, code?: number][] = [
        [said(), true],
        [said(), false, 404],
        [said({ status: 'revoked' }), false],
        [said({ status: 'expired' }), false],
        [said({ trust_mark: mark({}) }), false],
        [said({ iss: anchor.id }), false],
        [said({}, stranger, undefined, { kid: keeper.kid }), false],
        [said({}, keeper, 'JWT'), false],
        ['x', false],
        [undefined, false],
      ]
      const asked: unknown[] = []
      for (const [answer, believed, code = 200] of rows) {
        keeper.answers.set('/status', async (req, res) => {
          if (answer === undefined) return void req.socket.destroy()
          const form = new URLSearchParams(await text(req))
          asked.push([req.method, req.headers['content-type'], req.headers.accept, form.get('trust_mark')])
          res.writeHead(code, { 'content-type': 'application/trust-mark-status-response+jwt' }).end(answer)
        })
        gatehouse.advance(3601)
        const { status, claims } = await ask('resolve', { sub: rp.id, trust_anchor: anchor.id })
        assert.deepEqual([status, claims['trust_marks']?.length], [200, believed ? 1 : undefined], answer ?? 'none')
      }
      assert.deepEqual(asked[0], ['POST', 'application/x-www-form-urlencoded', `application/${statusType}`, held])
    })

    test('an issuer that only another anchor vouches for is not believed', async () => {
      const [foreign, gone] = [await world.entity(), 3601]
      const outsider = await world.entity({ superiors: [foreign] })
      await put({ role: 'anchor', entity_id: foreign.id, jwks: { keys: [foreign.jwk] } })
      anchor.configuration = { trust_mark_issuers: { [type]: [] } }
      gatehouse.advance(gone)
      const marks = [mark({ iss: outsider.id }, outsider), mark({})]
      rp.configuration = { trust_marks: marks.map((jwt) => ({ trust_mark_type: type, trust_mark: jwt })) }
      const { claims } = await ask('resolve', { sub: rp.id, trust_anchor: anchor.id })
      assert.deepEqual(claims['trust_marks'], [{ trust_mark_type: type, trust_mark: marks[1] }])
    })

    test('the tenant issues with the delegation that it was given, no longer than that is valid', async () => {
      const given = (claims: Claims) => delegation({ sub: gatehouse.issuer, ...claims })
      const own = given({ exp: gatehouse.now() + 3600 })
      const owned = { role: 'trust_mark_owner', entity_id: owner.id }
      await put({ ...owned, delegations: [given({ sub: issuer.id }), given({ trust_mark_type: other }), own] })
      const issue = (id: string, type: string) =>
        tenant.store.trustMarks.issue({ id, type, subject: rp.id, issuedAt: gatehouse.now(), expiresAt: undefined })
      await issue('one', type)
      await issue('two', 'https://trust.example/mine')
      const { claims } = await ask('trust-mark', { trust_mark_type: type, sub: rp.id })
      assert.deepEqual([claims['delegation'], claims['exp']], [own, gatehouse.now() + 3600])
      const undelegated = await ask('trust-mark', { trust_mark_type: 'https://trust.example/mine', sub: rp.id })
      assert.deepEqual([undelegated.status, 'delegation' in undelegated.claims], [200, false])
      gatehouse.advance(3600)
      const refused = await ask('trust-mark', { trust_mark_type: type, sub: rp.id })
      assert.deepEqual(
        [refused.status, refused.body.error, refused.body.error_description],
        [
          404,
          'not_found',
          'the owner of the trust mark delegated it to another issuer, or for a time that is over; add its new delegation',
        ],
      )
      await tenant.store.federation.remove('trust_mark_owner', owner.id)
    })

    test('as anchor, it says who owns which types', async () => {
      await put({ role: 'trust_mark_owner', entity_id: owner.id, jwks: { keys: [owner.jwk] }, trust_mark_types: [type, other] })
      const { claims } = await fetched(`${gatehouse.issuer}/.well-known/openid-federation`)
      const told = { sub: owner.id, jwks: { keys: [owner.jwk] } }
      assert.deepEqual(claims['trust_mark_owners'], { [type]: told, [other]: told })
      await tenant.store.federation.remove('trust_mark_owner', owner.id)
    })

    test('as owner, it delegates, and its delegation is believed', async () => {
      const given = await signDelegation(tenant.ctx, { type, issuer: issuer.id, expiresAt: gatehouse.now() + 3600 })
      assert.equal(decodeProtectedHeader(given).typ, 'trust-mark-delegation+jwt')
      const { iss, sub, exp } = claimsOf(given)
      assert.deepEqual([iss, sub, exp], [gatehouse.issuer, issuer.id, gatehouse.now() + 3600])
      assert.ok(!('exp' in claimsOf(await signDelegation(tenant.ctx, { type, issuer: issuer.id, expiresAt: undefined }))))
      const { claims: own } = await fetched(`${gatehouse.issuer}/.well-known/openid-federation`)
      anchor.configuration = {
        trust_mark_issuers: { [type]: [issuer.id] },
        trust_mark_owners: { [type]: { sub: gatehouse.issuer, jwks: own['jwks'] } },
      }
      const subject = await world.entity({ superiors: [anchor] })
      const shown = mark({ sub: subject.id, delegation: given })
      subject.configuration = { trust_marks: [{ trust_mark_type: type, trust_mark: shown }] }
      const { claims } = await ask('resolve', { sub: subject.id, trust_anchor: anchor.id })
      assert.deepEqual(claims['trust_marks'], [{ trust_mark_type: type, trust_mark: shown }])
    })
  })
