/** Relying parties that register by their trust chain: explicit registration — OpenID Federation 1.0 §12.2. */
import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import type { Engine } from '../app.ts'
import type { Entity } from '../federation.ts'
import { engines } from '../postgres.ts'
import { callback, encode } from './application.ts'
import { fetched } from './federation-setup.ts'
import { federationStage } from './federation-stage.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  const { gatehouse, anchor, first, rp, relyingParty, signIn, explicit, register, chainOf, close } = await federationStage(engine)
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

    test('what one party sent, another cannot send again', async () => {
      const text = explicit(await relyingParty({ token_endpoint_auth_method: 'client_secret_basic' }))
      const send = (body: string) =>
        fetched(`${gatehouse.issuer}/federation/register`, {
          method: 'POST',
          headers: { 'content-type': 'application/entity-statement+jwt' },
          body,
        })
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
      const send = (text: string, type = 'application/entity-statement+jwt') =>
        fetched(`${gatehouse.issuer}/federation/register`, { method: 'POST', headers: { 'content-type': type }, body: text })
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
