/** For how long credentials can be had with an access token — OpenID for Verifiable Credential Issuance 1.0 §13.10. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { SignJWT } from 'jose'
import { makeOffer } from '../../src/protocol/credential-offer.ts'
import type { Engine, TestApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { alice, callback, claimsOf, verifier } from './application.ts'
import { aWallet, badge, issuing, preAuthorizedGrant, type Wallet, walletOf } from './credential-setup.ts'
import { aKey } from './dpop-proofs.ts'

for (const engine of Object.keys(engines) as Engine[])
  suite(`access tokens for credentials, on ${engine}`, () => {
    let gatehouse: TestApp
    let wallet: Wallet
    before(async () => {
      ;({ gatehouse } = await issuing(engine))
      await gatehouse.addClient({
        ...aWallet,
        client_id: 'lasting',
        scope: 'openid staff-badge offline_access',
        access_token_lifetime: 7200,
      })
      wallet = walletOf(gatehouse, { id: 'lasting' })
    })
    after(() => gatehouse.close())

    const details = JSON.stringify([{ type: 'openid_credential', credential_configuration_id: badge.id }])
    const lifetime = ({ access_token, expires_in }: Record<string, string>) => {
      const { iat, exp } = claimsOf(access_token!)
      assert.equal(exp - iat, expires_in)
      return expires_in
    }
    const code = (fields: Record<string, string>) => wallet.app.code(gatehouse.browser(), fields)

    test('5 minutes unless they are bound, however they are asked for and whatever the client is registered with', async () => {
      const byScope = await wallet.token({ scope: 'staff-badge offline_access' })
      const byDetails = await wallet.token({ scope: 'offline_access', authorization_details: details })
      const { ctx, store } = (await gatehouse.app.tenant(''))!
      const { subject } = (await store.accounts.byLogin(alice.username))!
      const { offer } = (await makeOffer(ctx, { configurations: [badge.id], subject, txCode: false, lifetime: 600 }))!
      const { grants } = offer as { grants: Record<string, Record<string, string>> }
      const fields = { grant_type: preAuthorizedGrant, 'pre-authorized_code': grants[preAuthorizedGrant]!['pre-authorized_code']! }
      const rows: [name: string, body: Record<string, string>][] = [
        ['by scope', byScope],
        ['by authorization details', byDetails],
        ['refreshed', (await wallet.app.refresh(byScope.refresh_token)).body],
        ['refreshed with details', (await wallet.app.refresh(byDetails.refresh_token)).body],
        ['by an offer', (await wallet.app.post('/token', fields)).body],
      ]
      for (const [name, body] of rows) assert.equal(lifetime(body), 300, `${name}: ${JSON.stringify(body)}`)
      assert.equal((await wallet.ask(byScope.access_token)).status, 200)
      gatehouse.advance(300)
      assert.equal((await wallet.ask(byScope.access_token)).status, 401)
    })

    test('as long as the client is registered for, where a key must be proved or no credential can be had', async () => {
      assert.equal(lifetime(await wallet.token({ scope: 'openid' })), 7200)
      const key = await aKey()
      const proof = await new SignJWT({ htm: 'POST', htu: `${gatehouse.issuer}/token`, jti: randomUUID(), iat: gatehouse.now() })
        .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: key.jwk })
        .sign(key.privateKey)
      const fields = { grant_type: 'authorization_code', redirect_uri: callback, code_verifier: verifier }
      const { body } = await wallet.app.post('/token', { ...fields, code: await code({ scope: 'staff-badge' }) }, { dpop: proof })
      assert.deepEqual([body.token_type, lifetime(body)], ['DPoP', 7200])
    })
  })
