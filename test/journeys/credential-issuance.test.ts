/** Issuing SD-JWT VCs: the demands of OpenID for Verifiable Credential Issuance 1.0, checked by libraries of others. */
import assert from 'node:assert/strict'
import { createHash, X509Certificate } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc'
import { CompactEncrypt, compactDecrypt, exportJWK, generateKeyPair, importJWK, importX509, jwtVerify } from 'jose'
import { metadataOf } from '../../src/protocol/change-client.ts'
import type { Engine, TestApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { alice, call, shows, told } from './application.ts'
import { aWallet, badge, declare, holderPair, issuing, readSdJwt, type Wallet, walletOf } from './credential-setup.ts'

const hasher = (data: string | ArrayBuffer, alg: string) =>
  new Uint8Array(
    createHash(alg.replace('-', ''))
      .update(typeof data === 'string' ? data : Buffer.from(data))
      .digest(),
  )

/** Checked by its certificate, as a verifier of another vendor does. */
async function verified(credential: string, now: number) {
  const { x5c } = readSdJwt(credential).header
  const key = await importX509(new X509Certificate(Buffer.from(x5c[0], 'base64')).toString(), 'ES256')
  const isSigned = async (data: string, signature: string) =>
    jwtVerify(`${data}.${signature}`, key, { currentDate: new Date(now * 1000) }).then(() => true)
  const sdJwt = new SDJwtVcInstance({
    hasher,
    hashAlg: 'sha-256',
    verifier: isSigned,
    statusListFetcher: async (uri) => (await fetch(uri)).text(),
    statusVerifier: isSigned,
  })
  return sdJwt.verify(credential, { currentDate: now })
}

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`issuing credentials, on ${engine}`, () => {
    let gatehouse: TestApp
    let wallet: Wallet
    before(async () => {
      ;({ gatehouse, wallet } = await issuing(engine))
    })
    after(() => gatehouse.close())

    const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

    test('§2.11: SD-JWT VC by scope, with vct, cnf of the proof key, salts of 128 bits, status and rounded times', async () => {
      const { access_token } = await wallet.token()
      const pair = await holderPair()
      const { status, headers, body } = await wallet.ask(access_token, {
        credential_configuration_id: badge.id,
        proofs: { jwt: [await wallet.proof({ pair })] },
        unknown_member: { ignored: true },
      })
      assert.deepEqual([status, headers.get('cache-control')], [200, 'no-store'], JSON.stringify(body))
      const [{ credential }] = body.credentials
      const { header, payload, disclosed, salts } = readSdJwt(credential)
      assert.deepEqual(disclosed, { given_name: 'Alice', family_name: 'Liddell', groups: ['Crew'] })
      const { iat, exp, _sd, status: reference, ...claims } = payload
      assert.deepEqual(claims, {
        organisation: 'Wonderland',
        _sd_alg: 'sha-256',
        iss: gatehouse.issuer,
        vct: `${gatehouse.issuer}/credential-types/staff-badge`,
        cnf: { jwk: pair.jwk },
      })
      assert.deepEqual([header.typ, header.alg, _sd.length, new Set(_sd).size], ['dc+sd-jwt', 'ES256', 3, 3])
      assert.ok(salts.every((salt) => Buffer.from(salt, 'base64url').length === 16))
      assert.deepEqual([iat % 86_400, exp % 86_400, exp > gatehouse.now()], [0, 0, true])
      assert.ok(reference.status_list.uri.startsWith(`${gatehouse.issuer}/status-lists/`))
      const { payload: read } = await verified(credential, gatehouse.now())
      assert.equal((read as Record<string, unknown>)['given_name'], 'Alice')
    })

    test('by scope: unknown scopes beside it are ignored, those that the wallet may not have are refused', async () => {
      const { access_token, scope } = await wallet.token({ scope: `${badge.id} no-such-credential` })
      assert.equal(scope, badge.id)
      assert.equal((await wallet.ask(access_token)).status, 200)
      for (const refused of [`${badge.id} email`, 'no-such-credential'])
        assert.equal(told(await gatehouse.browser().open(wallet.app.url({ scope: refused })))['error'], 'invalid_scope')
    })

    test('§2.11: by authorization_details, the token response has credential_identifiers, and the request must use one', async () => {
      const details = JSON.stringify([{ type: 'openid_credential', credential_configuration_id: badge.id, unknown_member: 1 }])
      const browser = gatehouse.browser()
      await browser.open(wallet.app.url({ authorization_details: details, scope: 'offline_access' }))
      const page = await browser.submit('sign-in', { ...alice })
      assert.ok(shows(page, 'consent') && page.html.includes('Staff badge') && page.html.includes('Put a credential into your wallet'))
      const { body } = await wallet.app.redeem(told(await browser.submit('consent', { answer: 'allow' }))['code'] as string)
      const granted = [
        { type: 'openid_credential', credential_configuration_id: badge.id, unknown_member: 1, credential_identifiers: [badge.id] },
      ]
      assert.deepEqual(body.authorization_details, granted)
      const proofs = { jwt: [await wallet.proof()] }
      const refused = await wallet.ask(body.access_token, { credential_configuration_id: badge.id, proofs })
      assert.deepEqual([refused.status, refused.body.error], [400, 'invalid_credential_request'])
      const issued = await wallet.ask(body.access_token, { credential_identifier: badge.id, proofs })
      assert.equal(issued.status, 200, JSON.stringify(issued.body))
      const later = (await wallet.app.refresh(body.refresh_token)).body
      assert.deepEqual(later.authorization_details, granted)
    })

    test('the consent page names the credential that is asked for by authorization_details', async () => {
      await declare(gatehouse.root, { ...badge, id: 'visitor-badge', display: [{ name: 'Visitor badge' }] })
      const browser = gatehouse.browser()
      const detail = { type: 'openid_credential', credential_configuration_id: 'visitor-badge' }
      await browser.open(wallet.app.url({ authorization_details: JSON.stringify([detail]), scope: 'offline_access' }))
      const { html } = await browser.submit('sign-in', { ...alice })
      assert.deepEqual([html.includes('Visitor badge'), html.includes('Staff badge')], [true, false])
    })

    test('§2.11: batch: one credential for each key, of the same data, with own salts and indexes, and the same times', async () => {
      const { access_token } = await wallet.token()
      const algs = ['ES256', 'EdDSA', 'Ed25519']
      const pairs = await Promise.all([holderPair(), holderPair('EdDSA'), holderPair('EdDSA')])
      const nonce = await wallet.nonce()
      const jwt = await Promise.all(pairs.map((pair, i) => wallet.proof({ pair, claims: { nonce }, header: { alg: algs[i] } })))
      const { body } = await wallet.ask(access_token, { credential_configuration_id: badge.id, proofs: { jwt } })
      const read = body.credentials.map(({ credential }: { credential: string }) => readSdJwt(credential))
      assert.deepEqual(
        read.map(({ payload }: { payload: { cnf: object } }) => payload.cnf),
        pairs.map(({ jwk }) => ({ jwk })),
      )
      const distinct = (list: unknown[]) => new Set(list).size
      assert.equal(distinct(read.flatMap(({ salts }: { salts: string[] }) => salts)), 9)
      // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever was said
      assert.equal(distinct(read.map(({ payload }: any) => payload.status.status_list.idx)), 3)
      // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever was said
      assert.equal(distinct(read.map(({ payload }: any) => `${payload.iat} ${payload.exp}`)), 1)
    })

    test('§2.11: encryption: the request is decrypted, and the answer encrypted for the key that it names', async () => {
      const metadata = (await call(`${gatehouse.issuer}/.well-known/openid-credential-issuer`)).body
      const [target] = metadata.credential_request_encryption.jwks.keys
      assert.deepEqual([target.use, target.alg, typeof target.kid], ['enc', 'ECDH-ES', 'string'])
      const { access_token } = await wallet.token()
      const own = await generateKeyPair('ECDH-ES', { extractable: true })
      const jwk = { ...(await exportJWK(own.publicKey)), alg: 'ECDH-ES', kid: 'mine' }
      const body = {
        credential_configuration_id: badge.id,
        proofs: { jwt: [await wallet.proof()] },
        credential_response_encryption: { jwk, enc: 'A256GCM' },
      }
      const request = await new CompactEncrypt(Buffer.from(JSON.stringify(body)))
        .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A128GCM', kid: target.kid })
        .encrypt(await importJWK(target, 'ECDH-ES'))
      const answer = await call(`${gatehouse.issuer}/credential`, {
        body: request,
        headers: { 'content-type': 'application/jwt', ...bearer(access_token) },
      })
      assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, 'application/jwt'], answer.text)
      const { plaintext, protectedHeader } = await compactDecrypt(answer.text, own.privateKey)
      assert.deepEqual([protectedHeader.alg, protectedHeader.enc, protectedHeader.kid], ['ECDH-ES', 'A256GCM', 'mine'])
      assert.equal(JSON.parse(Buffer.from(plaintext).toString()).credentials.length, 1)
    })

    test('§2.11: deferred: 202 with transaction_id and interval until an administrator approves, then once', async () => {
      const { access_token } = await wallet.token({ scope: 'approved-badge' })
      const proofs = { jwt: [await wallet.proof()] }
      const deferred = await wallet.ask(access_token, { credential_configuration_id: 'approved-badge', proofs })
      assert.deepEqual(
        [deferred.status, Object.keys(deferred.body).toSorted(), deferred.body.interval],
        [202, ['interval', 'transaction_id'], 300],
      )
      const again = () => wallet.ask(access_token, { transaction_id: deferred.body.transaction_id }, '/deferred-credential')
      assert.deepEqual([(await again()).status, (await again()).body], [202, deferred.body])
      const { deferredCredentials } = gatehouse.root.store
      const [waiting] = await deferredCredentials.waiting({ limit: 10, now: gatehouse.now() })
      assert.ok(await deferredCredentials.decide(waiting!.id, 'approved', gatehouse.now()))
      const answers = await Promise.all([again(), again()])
      assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 400])
      const refused = answers.find(({ status }) => status === 400)
      assert.equal(refused?.body.error, 'invalid_transaction_id')
      assert.equal((await again()).body.error, 'invalid_transaction_id')
    })

    test('hole 2: deferred: nothing is issued for what a wallet asked before it was disabled, or registered anew', async () => {
      const { clientsAdmin, deferredCredentials } = gatehouse.root.store
      const metadata = metadataOf((await clientsAdmin.find('wallet'))!)
      const voids = [
        async () => {
          for (const status of ['disabled', 'active'] as const) await clientsAdmin.setStatus('wallet', status)
        },
        async () => {
          await clientsAdmin.remove('wallet', gatehouse.now())
          gatehouse.advance(1)
          await clientsAdmin.add(metadata, [])
        },
      ]
      for (const makeVoid of voids) {
        const { access_token } = await wallet.token({ scope: 'approved-badge' })
        const proofs = { jwt: [await wallet.proof()] }
        const { transaction_id } = (await wallet.ask(access_token, { credential_configuration_id: 'approved-badge', proofs })).body
        const [waiting] = await deferredCredentials.waiting({ limit: 10, now: gatehouse.now() })
        await makeVoid()
        gatehouse.advance(2)
        const { access_token: fresh } = await wallet.token({ scope: 'approved-badge' })
        const refused = await wallet.ask(fresh, { transaction_id }, '/deferred-credential')
        assert.deepEqual([refused.status, refused.body.error], [400, 'invalid_transaction_id'])
        assert.ok(await deferredCredentials.decide(waiting!.id, 'denied', gatehouse.now()))
      }
    })

    test('deferred: what an administrator denies is denied to the wallet', async () => {
      const { access_token } = await wallet.token({ scope: 'approved-badge' })
      const deferred = await wallet.ask(access_token, {
        credential_configuration_id: 'approved-badge',
        proofs: { jwt: [await wallet.proof()] },
      })
      const { deferredCredentials } = gatehouse.root.store
      const [waiting] = await deferredCredentials.waiting({ limit: 10, now: gatehouse.now() })
      await deferredCredentials.decide(waiting!.id, 'denied', gatehouse.now())
      const { body } = await wallet.ask(access_token, { transaction_id: deferred.body.transaction_id }, '/deferred-credential')
      assert.deepEqual(body, { error: 'credential_request_denied', error_description: 'the credential will not be issued' })
    })

    test('deferred: of one person 20 requests wait', async () => {
      const { access_token } = await wallet.token({ scope: 'approved-badge' })
      const proofs = await Promise.all(Array.from({ length: 25 }, () => wallet.proof()))
      const ask = (proof: string) => wallet.ask(access_token, { credential_configuration_id: 'approved-badge', proofs: { jwt: [proof] } })
      const statuses = (await Promise.all(proofs.map(ask))).map(({ status }) => status)
      assert.deepEqual(
        [202, 429].map((status) => statuses.filter((one) => one === status).length),
        [20, 5],
      )
    })

    test('§2.11: notification: 204 for each event, as often as it comes, and a wallet that sends none gets the next credential', async () => {
      const { access_token } = await wallet.token()
      const { notification_id } = (await wallet.ask(access_token)).body
      for (const event of ['credential_accepted', 'credential_accepted', 'credential_deleted'])
        assert.equal((await wallet.ask(access_token, { notification_id, event, event_description: 'x' }, '/notification')).status, 204)
      assert.equal((await gatehouse.root.store.issuedCredentials.find(notification_id))?.event, 'credential_deleted')
      assert.equal((await wallet.ask(access_token)).status, 200)
      assert.equal((await wallet.ask(access_token)).status, 200)
    })

    test('§2.11: unknown members of authorization, token, credential and notification requests are ignored', async () => {
      const unknown = { unknown_member: 'x', another: '1' }
      const browser = gatehouse.browser()
      await wallet.app.tokens(browser, {}, { ...alice })
      const code = await wallet.app.code(browser, unknown)
      const granted = await wallet.app.redeem(code, unknown)
      assert.equal(granted.status, 200, granted.text)
      const { access_token } = granted.body
      const proofs = { jwt: [await wallet.proof({ claims: unknown, header: unknown })] }
      const issued = await wallet.ask(access_token, { credential_configuration_id: badge.id, proofs, ...unknown })
      assert.equal(issued.status, 200, issued.text)
      const { notification_id } = issued.body
      const told = { notification_id, event: 'credential_accepted', event_description: 'stored', ...unknown }
      assert.equal((await wallet.ask(access_token, told, '/notification')).status, 204)
      await gatehouse.addAccount({ username: 'curious', claims: { given_name: 'Curious' } }, alice.password)
      const pending = await wallet.app.tokens(gatehouse.browser(), { scope: 'approved-badge' }, { ...alice, username: 'curious' })
      const asked = { credential_configuration_id: 'approved-badge', proofs: { jwt: [await wallet.proof()] } }
      const { transaction_id } = (await wallet.ask(pending.access_token, asked)).body
      assert.equal((await wallet.ask(pending.access_token, { transaction_id, ...unknown }, '/deferred-credential')).status, 202)
    })

    test('§2.11: a second client gets a credential that cannot be linked to that of the first', async () => {
      await gatehouse.addClient({ ...aWallet, client_id: 'wallet2' })
      const wallets = [wallet, walletOf(gatehouse, { id: 'wallet2' })]
      const issued = []
      for (const one of wallets) {
        const { credentials, notification_id } = (await one.ask((await one.token()).access_token)).body
        issued.push({ ...readSdJwt(credentials[0].credential), notification_id })
        gatehouse.advance(7)
      }
      const [first, second] = issued as [(typeof issued)[0], (typeof issued)[0]]
      assert.deepEqual(first.disclosed, second.disclosed, 'the same data')
      const same = (name: string) => JSON.stringify(first.payload[name]) === JSON.stringify(second.payload[name])
      assert.deepEqual(Object.keys(first.payload).filter(same).toSorted(), ['_sd_alg', 'exp', 'iat', 'iss', 'organisation', 'vct'])
      assert.deepEqual(
        first.payload._sd.filter((digest: string) => second.payload._sd.includes(digest)),
        [],
      )
      assert.deepEqual(
        first.salts.filter((salt) => second.salts.includes(salt)),
        [],
      )
      assert.notEqual(first.payload.status.status_list.idx, second.payload.status.status_list.idx)
      assert.notEqual(first.notification_id, second.notification_id)
    })
  })
}
