/** Relying parties that register by their trust chain: explicit registration — OpenID Federation 1.0 §12.2. */
import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import type { Engine } from '../app.ts'
import type { Entity } from '../federation.ts'
import { engines } from '../postgres.ts'
import { callback, encode } from './application.ts'
import { type Claims, claimsOf, fetched, usual } from './federation-setup.ts'
import { federationStage } from './federation-stage.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  const stage = await federationStage(engine)
  const { gatehouse, tenant, world, anchor, second, first, rp, metadata, relyingParty, signIn, explicit, register, chainOf, close } = stage
  const send = (body: string, type = 'application/entity-statement+jwt') =>
    fetched(`${gatehouse.issuer}/federation/register`, { method: 'POST', headers: { 'content-type': type }, body })
  let count = 0
  suite(`${engine}: explicit registration`, () => {
    after(close)

    test('explicit registration by an entity configuration or a trust chain, at both paths', async () => {
      for (const path of ['/federation/register', '/api/federation/register']) {
        for (const body of [
          (entity: Entity) => ({ type: 'application/entity-statement+jwt', text: explicit(entity) }),
          (entity: Entity) => ({
            type: 'application/trust-chain+json',
            text: JSON.stringify([explicit(entity), ...chainOf(entity).slice(1)]),
          }),
        ]) {
          const party = await relyingParty({ token_endpoint_auth_method: 'client_secret_basic' })
          const { type, text } = body(party)
          const answer = await fetched(gatehouse.issuer + path, { method: 'POST', headers: { 'content-type': type }, body: text })
          assert.deepEqual([answer.status, answer.type], [200, 'application/explicit-registration-response+jwt'], answer.text)
          const { iss, sub, aud, trust_anchor, authority_hints, exp, metadata: told } = answer.claims
          assert.deepEqual([iss, sub, aud, trust_anchor, authority_hints], [gatehouse.issuer, party.id, party.id, anchor.id, [first.id]])
          assert.equal(exp, gatehouse.now() + 3600)
          const { client_id, client_secret, scope } = told.openid_relying_party
          assert.deepEqual([client_id, scope, typeof client_secret], [party.id, 'openid profile', 'string'])
          const plain = { client_id: party.id, response_type: 'code', scope: 'openid', redirect_uri: callback, state: 's' }
          assert.ok((await signIn(`${gatehouse.issuer}/authorize?${encode(plain)}`))['code'], 'it sends plain requests')
        }
      }
    })

    test('the trust chain can be in the header: nobody is asked, and the configuration that was sent counts, not the published one', async () => {
      const party = await relyingParty({ client_name: 'Published' })
      const sent = (header: Claims) => {
        const metadata = { openid_relying_party: { ...relyingMetadata, client_name: 'For this provider' } }
        const claims = { iss: party.id, sub: party.id, aud: gatehouse.issuer, iat: gatehouse.now(), exp: gatehouse.now() + 600, metadata }
        const own = { jwks: { keys: [party.jwk] }, authority_hints: [first.id], nonce: `${++count}` }
        return send(party.sign('entity-statement+jwt', { ...claims, ...own }, header))
      }
      const relyingMetadata = metadata().openid_relying_party
      const everybody = [anchor, second, first, party]
      const asked = () => everybody.flatMap(({ requests }) => requests).length
      const before = asked()
      const answer = await sent({ trust_chain: chainOf(party) })
      assert.equal(answer.status, 200, answer.text)
      assert.deepEqual([answer.claims['trust_anchor'], answer.claims['authority_hints']], [anchor.id, [first.id]])
      assert.equal(answer.claims['metadata'].openid_relying_party.client_name, 'For this provider')
      assert.equal(answer.claims['exp'], gatehouse.now() + 600)
      assert.equal(asked(), before)
      for (const chain of [chainOf(rp), [], 'x', chainOf(party).slice(0, 2)]) {
        const counted = asked()
        assert.equal((await sent({ trust_chain: chain })).status, 200, 'a chain that is not valid is not used')
        assert.ok(asked() > counted, 'its superiors are asked')
      }
    })

    test('a peer_trust_chain must be that of this issuer, to the same anchor', async () => {
      const party = await relyingParty()
      const { keys } = (await fetched(`${gatehouse.issuer}/.well-known/openid-federation`)).claims['jwks']
      first.about.set(gatehouse.issuer, { jwks: { keys } })
      await tenant.store.federation.put({ ...usual, role: 'superior', entity_id: first.id })
      const { text: own } = await fetched(`${gatehouse.issuer}/.well-known/openid-federation`)
      const peer = [own, first.statementJwt(gatehouse.issuer), ...chainOf(party).slice(2)]
      const other = await world.entity()
      await tenant.store.federation.put({ ...usual, role: 'anchor', entity_id: other.id, jwks: { keys: [other.jwk] as never } })
      const [claims] = [claimsOf(explicit(party))]
      const ask = (peer_trust_chain: unknown) =>
        send(party.sign('entity-statement+jwt', { ...claims, nonce: `${++count}` }, { trust_chain: chainOf(party), peer_trust_chain }))
      assert.equal((await ask(peer)).status, 200)
      other.about.set(gatehouse.issuer, { jwks: { keys } })
      for (const wrong of [chainOf(party), peer.slice(0, 2), [], 'x', [own, other.statementJwt(gatehouse.issuer)]])
        assert.deepEqual((({ status, body }) => [status, body.error_description])(await ask(wrong)), [
          400,
          'peer_trust_chain must be a trust chain of this issuer to the trust anchor of the registration',
        ])
      first.about.delete(gatehouse.issuer)
      await tenant.store.federation.remove('superior', first.id)
      await tenant.store.federation.remove('anchor', other.id)
    })

    test('what one party sent, another cannot send again', async () => {
      const text = explicit(await relyingParty({ token_endpoint_auth_method: 'client_secret_basic' }))
      assert.equal((await send(text)).status, 200)
      for (const again of [text, withOtherSignature(text)]) {
        const { status, body } = await send(again)
        assert.deepEqual(
          [status, body.error_description],
          [400, 'this entity configuration was sent before; sign another one for each registration'],
        )
      }
    })

    test('an explicit registration that is not right is refused', async () => {
      const party = await relyingParty()
      const wrongType = 'send an entity configuration as application/entity-statement+jwt, or a trust chain as application/trust-chain+json'
      const rows: [answer: ReturnType<typeof send>, code: string, description: string][] = [
        [register(party, { aud: 'https://other.example' }), 'invalid_request', 'aud of the entity configuration must be this issuer alone'],
        [
          register(party, { aud: [gatehouse.issuer, 'https://other.example'] }),
          'invalid_request',
          'aud of the entity configuration must be this issuer alone',
        ],
        [register(party, { exp: 1 }), 'invalid_trust_chain', 'an entity statement has expired'],
        [send('a.b.c'), 'invalid_trust_chain', 'an entity statement must be a signed JWT of at most 65536 characters'],
        [send('{}', 'application/trust-chain+json'), 'invalid_request', 'a trust chain must be a JSON array of entity statements'],
        [
          send('[]', 'application/trust-chain+json'),
          'invalid_trust_chain',
          'an entity statement must be a signed JWT of at most 65536 characters',
        ],
        [send(first.statementJwt(rp.id)), 'invalid_trust_chain', 'an entity configuration must have the same iss and sub'],
        [send('x=y', 'application/x-www-form-urlencoded'), 'invalid_request', wrongType],
        [send('{}', 'application/json'), 'invalid_request', wrongType],
      ]
      for (const [answer, ...expected] of rows) {
        const { status, body } = await answer
        assert.deepEqual([body.error, body.error_description], expected)
        assert.equal(status, 400)
      }
    })
  })
}

/** Of an ECDSA signature (r, s) anybody can make (r, n - s), which is valid too. */
function withOtherSignature(jwt: string): string {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n // of P-256
  const bytes = Buffer.from(jwt.split('.')[2] as string, 'base64url')
  const s = order - BigInt(`0x${bytes.toString('hex', 32)}`)
  bytes.write(s.toString(16).padStart(64, '0'), 32, 'hex')
  return jwt.replace(/[^.]*$/, bytes.toString('base64url'))
}
