/** Offers of credentials, and the pre-authorized code grant — OpenID for Verifiable Credential Issuance 1.0 §4, §6. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { makeOffer, type OfferRequest } from '../../src/protocol/credential-offer.ts'
import type { Engine, TestApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { alice, call, claimsOf, told } from './application.ts'
import { badge, issuing, preAuthorizedGrant, type Wallet } from './credential-setup.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`offers of credentials, on ${engine}`, () => {
    let gatehouse: TestApp
    let wallet: Wallet
    let subject: string
    before(async () => {
      ;({ gatehouse, wallet } = await issuing(engine))
      subject = (await gatehouse.root.store.accounts.byLogin(alice.username))!.subject
    })
    after(() => gatehouse.close())

    const usual = { configurations: [badge.id], txCode: true, lifetime: 600 }
    const offered = async (change: Partial<OfferRequest> = {}) =>
      (await makeOffer((await gatehouse.app.tenant(''))!.ctx, { ...usual, subject, ...change }))!
    // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever was said
    const codeIn = (offer: any): string => offer.grants[preAuthorizedGrant]['pre-authorized_code']
    const redeem = (code: string, fields: Record<string, string> = {}) =>
      wallet.app.post('/token', { grant_type: preAuthorizedGrant, 'pre-authorized_code': code, ...fields })
    const refused = async (answer: ReturnType<typeof redeem>, error: string, error_description: string) =>
      assert.deepEqual((await answer).body, { error, error_description })

    test('§2.11: an offer by value and by reference, the same offer', async () => {
      const { offer, byValue, byReference, txCode } = await offered()
      assert.match(txCode as string, /^\d{6}$/)
      const link = (uri: string, name: string) => new URLSearchParams(uri.replace('openid-credential-offer://?', '')).get(name) as string
      assert.deepEqual(JSON.parse(link(byValue, 'credential_offer')), offer)
      const { status, headers, body } = await call(link(byReference, 'credential_offer_uri'))
      assert.deepEqual(
        [status, headers.get('content-type'), headers.get('cache-control'), body],
        [200, 'application/json', 'no-store', offer],
      )
      const { 'pre-authorized_code': code, tx_code } = body.grants[preAuthorizedGrant]
      assert.deepEqual([body.credential_issuer, body.credential_configuration_ids], [gatehouse.issuer, [badge.id]])
      assert.deepEqual([tx_code.length, tx_code.input_mode, typeof code], [6, 'numeric', 'string'])
      assert.equal((await call(`${gatehouse.issuer}/api/offer/${link(byReference, 'credential_offer_uri').split('/').at(-1)}`)).status, 200)
      const unknown = await call(`${gatehouse.issuer}/credential-offers/unknown`)
      assert.deepEqual(
        [unknown.status, unknown.body.error_description],
        [404, 'there is no such credential offer, or it was used or has expired'],
      )
    })

    test('§2.11: pre-authorized code: the holder of the offer and of its code gets the credential without signing in', async () => {
      const { offer, txCode } = await offered()
      const { status, body } = await redeem(codeIn(offer), { tx_code: txCode as string })
      assert.equal(status, 200, JSON.stringify(body))
      assert.deepEqual([claimsOf(body.access_token).sub, body.scope], [subject, badge.id])
      assert.deepEqual(body.authorization_details[0].credential_identifiers, [badge.id])
      assert.equal((await wallet.ask(body.access_token)).status, 200)
      const grants = await gatehouse.root.store.grantsAdmin.list({ subject, limit: 10 })
      assert.ok(
        grants.some(({ scope }) => scope.includes(badge.id)),
        'the person can see and revoke it',
      )
    })

    test('a code works once, whoever is first, and its reuse revokes what it gave', async () => {
      const { offer } = await offered({ txCode: false })
      const answers = await Promise.all([redeem(codeIn(offer)), redeem(codeIn(offer)), redeem(codeIn(offer))])
      assert.equal(answers.filter(({ status }) => status === 200).length, 1)
      await refused(redeem(codeIn(offer)), 'invalid_grant', 'pre-authorized_code was already used; the tokens it gave are revoked')
      const { access_token } = answers.find(({ status }) => status === 200)!.body
      assert.equal((await wallet.ask(access_token)).status, 401)
    })

    test('transaction codes that are missing, unexpected, wrong, replayed or guessed', async () => {
      const { offer, txCode } = await offered()
      const code = codeIn(offer)
      await refused(redeem(code), 'invalid_request', 'this offer needs tx_code: the code that the person was told')
      const wrong = txCode === '000000' ? '000001' : '000000'
      for (const tx_code of [wrong, 'x', `${txCode}0`]) await refused(redeem(code, { tx_code }), 'invalid_grant', 'tx_code is wrong')
      assert.equal((await redeem(code, { tx_code: txCode as string })).status, 200, 'the fifth try is the last one')
      await refused(
        redeem(code, { tx_code: txCode as string }),
        'invalid_grant',
        'pre-authorized_code was already used; the tokens it gave are revoked',
      )
      const guessed = await offered()
      const answers = await Promise.all(Array.from({ length: 8 }, () => redeem(codeIn(guessed.offer), { tx_code: wrong })))
      const tooMany = 'pre-authorized_code is unknown or expired, or too many wrong transaction codes were sent'
      assert.equal(answers.filter(({ body }) => body.error_description === 'tx_code is wrong').length, 5)
      assert.equal(answers.filter(({ body }) => body.error_description === tooMany).length, 3)
      await refused(redeem(codeIn(guessed.offer), { tx_code: guessed.txCode as string }), 'invalid_grant', tooMany)
      const without = await offered({ txCode: false })
      const unexpected = 'this offer has no transaction code; leave tx_code out'
      await refused(redeem(codeIn(without.offer), { tx_code: '123456' }), 'invalid_request', unexpected)
      assert.equal((await redeem(codeIn((await offered()).offer), { tx_code: txCode as string })).status, 400, 'the code of another offer')
    })

    test('codes that are unknown, expired, of a suspended person or of a credential that is no longer issued', async () => {
      const unknown = 'pre-authorized_code is unknown or expired, or too many wrong transaction codes were sent'
      await refused(redeem('x'), 'invalid_grant', unknown)
      const { offer } = await offered({ txCode: false })
      gatehouse.advance(601)
      await refused(redeem(codeIn(offer)), 'invalid_grant', unknown)
      const { credentialConfigurations } = gatehouse.root.store
      const found = (await credentialConfigurations.find(badge.id))!
      const other = await offered({ txCode: false })
      await credentialConfigurations.replace({ ...found, enabled: false })
      await refused(redeem(codeIn(other.offer)), 'invalid_grant', 'the credentials of this offer are no longer issued')
      await credentialConfigurations.replace(found)
      const suspended = await gatehouse.addAccount({ username: 'suspended', claims: { given_name: 'S' } })
      const theirs = await offered({ subject: suspended, txCode: false })
      await gatehouse.root.store.accounts.change(suspended, { status: 'suspended', updatedAt: gatehouse.now() })
      await refused(redeem(codeIn(theirs.offer)), 'invalid_grant', unknown)
      assert.equal(await makeOffer(gatehouse.root.ctx, { ...usual, subject, configurations: ['unknown'] }), undefined)
    })

    test('§2.11: issuer-initiated, with a sign-in: issuer_state comes back with the request, and must be that of an offer in force', async () => {
      const { offer } = await offered({ subject: undefined })
      // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever was said
      const { issuer_state } = (offer as any).grants.authorization_code
      const { access_token } = await wallet.token({ issuer_state })
      assert.equal((await wallet.ask(access_token)).status, 200)
      const refusal = told(await wallet.app.arrive(gatehouse.browser(), { issuer_state: 'unknown' }))
      assert.deepEqual(
        [refusal['error'], refusal['error_description']],
        ['invalid_request', 'issuer_state is not that of an offer that is in force; get a new offer'],
      )
    })
  })
}
