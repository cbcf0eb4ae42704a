/** Credentials at the administration API and on the account page: declared, offered, approved, suspended and revoked. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { getListFromStatusListJWT } from '@sd-jwt/jwt-status-list'
import type { Engine, TestApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { alice, call } from './application.ts'
import { badge, issuing, preAuthorizedGrant, readSdJwt, type Wallet } from './credential-setup.ts'
import { asked, bearer } from './json.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`administering credentials, on ${engine}`, () => {
    let gatehouse: TestApp
    let wallet: Wallet
    let subject: string
    let headers: Record<string, string>
    before(async () => {
      ;({ gatehouse, wallet } = await issuing(engine))
      const { ctx, store } = gatehouse.root
      subject = (await store.accounts.byLogin(alice.username))!.subject
      const scope = 'admin:credentials:read admin:credentials:write admin:credentials:issue'
      await gatehouse.addClient({ client_id: 'machine', scope, grant_types: ['client_credentials'] }, 'secret')
      const claims = {
        iss: ctx.issuer,
        sub: 'machine',
        client_id: 'machine',
        jti: ctx.id(),
        iat: gatehouse.now(),
        exp: gatehouse.now() + 3600,
      }
      headers = bearer(await ctx.keys.sign('ES256', 'at+jwt', { ...claims, aud: `${ctx.issuer}/api/v1/admin`, scope }))
    })
    after(() => gatehouse.close())

    const admin = (method: string, path: string, body?: object) => asked(`${gatehouse.issuer}/api/v1/admin${path}`, method, body, headers)

    test('configurations are created, listed, changed and removed', async () => {
      const card = { ...badge, id: 'card' }
      assert.equal((await admin('POST', '/credential-configurations', card)).status, 201)
      assert.equal((await admin('POST', '/credential-configurations', card)).status, 409)
      assert.equal((await admin('POST', '/credential-configurations', { ...card, id: 'x', claims: [] })).status, 422)
      const listed = (await admin('GET', '/credential-configurations?limit=1&after=approved-badge')).body
      assert.deepEqual([listed.items[0].id, listed.next], ['card', 'card'])
      const changed = await admin('PATCH', '/credential-configurations/card', { validity: 86_400 })
      assert.deepEqual([changed.status, changed.body.validity, changed.body.claims.length], [200, 86_400, 4])
      assert.equal((await admin('GET', '/credential-configurations/card')).body.validity, 86_400)
      assert.equal((await admin('DELETE', '/credential-configurations/card')).status, 204)
      for (const [method, body] of [
        ['GET', undefined],
        ['PATCH', {}],
        ['DELETE', undefined],
      ] as const)
        assert.equal((await admin(method, '/credential-configurations/card', body)).status, 404)
    })

    test('an offer to a person is redeemed; what was issued is listed, suspended and revoked', async () => {
      const offer = await admin('POST', '/credential-offers', { configurations: [badge.id], user: subject })
      assert.equal(offer.status, 201, offer.text)
      const { credential_offer, tx_code } = offer.body
      const code = credential_offer.grants[preAuthorizedGrant]['pre-authorized_code']
      const { body } = await wallet.app.post('/token', { grant_type: preAuthorizedGrant, 'pre-authorized_code': code, tx_code })
      const { credentials, notification_id: id } = (await wallet.ask(body.access_token)).body
      const { uri, idx } = readSdJwt(credentials[0].credential).payload.status.status_list
      const status = async () => getListFromStatusListJWT((await call(uri)).text).getStatus(idx)
      const [first] = (await admin('GET', `/credentials?user=${subject}`)).body.items
      assert.deepEqual(
        [first.id, first.user_id, first.client_id, first.configuration, first.status, first.event],
        [id, subject, 'wallet', badge.id, 'valid', null],
      )
      assert.equal((await admin('PUT', `/credentials/${id}/status`, { status: 'suspended' })).status, 204)
      assert.equal(await status(), 2)
      assert.equal((await admin('PUT', `/credentials/${id}/status`, { status: 'revoked' })).status, 204)
      assert.equal(await status(), 1)
      const again = await admin('PUT', `/credentials/${id}/status`, { status: 'valid' })
      assert.deepEqual([again.status, again.body.detail], [409, 'the credential is revoked, which is for good'])
      assert.equal((await admin('PUT', '/credentials/unknown/status', { status: 'valid' })).status, 404)
      const unknown = await admin('POST', '/credential-offers', { configurations: ['unknown'] })
      assert.deepEqual([unknown.status, unknown.body.detail], [422, 'one of the configurations is not offered here'])
    })

    test('requests that wait are approved, once', async () => {
      const { access_token } = await wallet.token({ scope: 'approved-badge' })
      await wallet.ask(access_token, { credential_configuration_id: 'approved-badge', proofs: { jwt: [await wallet.proof()] } })
      const [waiting] = (await admin('GET', '/credential-requests')).body.items
      assert.deepEqual([waiting.user_id, waiting.client_id, waiting.configuration], [subject, 'wallet', 'approved-badge'])
      const decide = () => admin('PUT', `/credential-requests/${waiting.id}/decision`, { decision: 'approved' })
      assert.equal((await decide()).status, 204)
      const again = await decide()
      assert.deepEqual([again.status, again.body.detail], [404, 'there is no such request, or it does not wait any more'])
    })

    test('an operator decides nothing for somebody of a higher role, and gives themselves nothing', async () => {
      const { store } = gatehouse.root
      const password = 'a long password'
      const claims = { given_name: 'Operator' }
      for (const role of ['operator', 'org_admin'] as const)
        await gatehouse.addAccount({ sub: role, username: role, email: `${role}@example.com`, role, claims }, password)
      const login = await asked(`${gatehouse.issuer}/api/v1/auth/login`, 'POST', { email: 'operator', password })
      const operator = (method: string, path: string, body: object) =>
        asked(`${gatehouse.issuer}/api/v1/admin${path}`, method, body, bearer(login.body.access_token))
      const held = new Map<string, { issued: string; waiting: string }>()
      for (const username of ['operator', 'org_admin']) {
        const scope = 'staff-badge approved-badge'
        const { access_token } = await wallet.app.tokens(gatehouse.browser(), { scope }, { username, password })
        const issued = (await wallet.ask(access_token)).body.notification_id
        await wallet.ask(access_token, { credential_configuration_id: 'approved-badge', proofs: { jwt: [await wallet.proof()] } })
        const waiting = await store.deferredCredentials.waiting({ limit: 50, now: gatehouse.now() })
        held.set(username, { issued, waiting: waiting.find((one) => one.subject === username)!.id })
      }
      const decide = (id: string, decision: string) => operator('PUT', `/credential-requests/${id}/decision`, { decision })
      const set = (id: string, status: string) => operator('PUT', `/credentials/${id}/status`, { status })
      const [own, above] = [held.get('operator')!, held.get('org_admin')!]
      const refused = 'you cannot change your own account or those with a higher role, or give a higher role than yours'
      for (const answer of [decide(above.waiting, 'approved'), decide(above.waiting, 'denied'), decide(own.waiting, 'approved')])
        assert.deepEqual((({ status, body }) => [status, body.detail])(await answer), [403, refused])
      assert.equal((await set(above.issued, 'revoked')).status, 403)
      assert.equal((await set(own.issued, 'suspended')).status, 204)
      assert.equal((await set(own.issued, 'valid')).status, 403)
      assert.equal((await store.issuedCredentials.find(own.issued))?.status, 'suspended')
      assert.equal((await decide(own.waiting, 'denied')).status, 204, 'what takes away, one may do to oneself')
    })

    test('on the account page a person takes a credential into a wallet, and revokes it', async () => {
      const browser = gatehouse.browser()
      const { access_token } = await wallet.app.tokens(browser)
      await browser.open('/account/credentials')
      const page = await browser.submit('credentials-offer', { credential: badge.id })
      assert.match(page.html, /<svg class="qr"/)
      const link = /href="(openid-credential-offer:[^"]+)"/.exec(page.html)![1]!
      const [, txCode] = /<code id="tx-code">(\d{6})<\/code>/.exec(page.html)!
      const { body } = await call(new URLSearchParams(link.split('?')[1]).get('credential_offer_uri') as string)
      const code = body.grants[preAuthorizedGrant]['pre-authorized_code']
      const granted = await wallet.app.post('/token', { grant_type: preAuthorizedGrant, 'pre-authorized_code': code, tx_code: txCode! })
      assert.equal(granted.status, 200, granted.text)
      const { notification_id: id } = (await wallet.ask(granted.body.access_token)).body
      const list = await browser.open('/account/credentials')
      assert.ok(list.html.includes(`value="${id}"`))
      await gatehouse.addAccount({ username: 'mallory' }, alice.password)
      const stranger = gatehouse.browser()
      await wallet.app.arrive(stranger, {}, { ...alice, username: 'mallory' })
      await stranger.open('/account/credentials')
      const refused = await stranger.submit('credentials-offer', { credential: 'unknown' })
      assert.deepEqual([refused.status, refused.html.includes('This credential is no longer offered.')], [404, true])
      const done = await browser.submit('credentials-revoke', { credential: id })
      assert.match(done.html, /The credential is revoked/)
      assert.ok(!done.html.includes(`value="${id}"`), 'it is listed no longer')
      assert.equal((await gatehouse.root.store.issuedCredentials.find(id))?.status, 'revoked')
      assert.equal((await wallet.ask(access_token)).status, 200, 'another one can be had')
    })
  })
}
