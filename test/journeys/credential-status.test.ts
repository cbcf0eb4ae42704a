/** Suspending and revoking credentials — Token Status List. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { getListFromStatusListJWT } from '@sd-jwt/jwt-status-list'
import { decodeProtectedHeader, importX509, jwtVerify } from 'jose'
import { setStatus } from '../../src/identity/accounts.ts'
import type { Tenant } from '../../src/tenant.ts'
import type { Engine, TestApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { alice, call } from './application.ts'
import { issuing, readSdJwt, type Wallet } from './credential-setup.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`the status of credentials, on ${engine}`, () => {
    let gatehouse: TestApp
    let wallet: Wallet
    before(async () => {
      ;({ gatehouse, wallet } = await issuing(engine))
    })
    after(() => gatehouse.close())

    test('§2.11: the status list is signed and compressed, and says within minutes what was suspended, resumed and revoked', async () => {
      const { access_token } = await wallet.token()
      const { credentials, notification_id: id } = (await wallet.ask(access_token)).body
      const { header, payload } = readSdJwt(credentials[0].credential)
      const { uri, idx } = payload.status.status_list
      const key = await importX509(new X509Certificate(Buffer.from(header.x5c[0], 'base64')).toString(), 'ES256')
      const read = async () => {
        const { text, headers } = await call(uri)
        assert.deepEqual([headers.get('content-type'), headers.get('cache-control')], ['application/statuslist+jwt', 'public, max-age=300'])
        const { payload: list, protectedHeader } = await jwtVerify(text, key, {
          subject: uri,
          typ: 'statuslist+jwt',
          currentDate: new Date(gatehouse.now() * 1000),
        })
        assert.deepEqual([list['ttl'], protectedHeader['x5c']], [300, header.x5c])
        assert.deepEqual([list.iat, list.exp], [gatehouse.now(), gatehouse.now() + 43_200])
        assert.ok(Number.isInteger(idx) && idx >= 0 && idx < getListFromStatusListJWT(text).statusList.length, 'the index is in the list')
        assert.ok(text.length < 4000, 'it is compressed')
        return getListFromStatusListJWT(text).getStatus(idx)
      }
      const { issuedCredentials } = gatehouse.root.store
      assert.equal(await read(), 0)
      for (const [status, value] of [
        ['suspended', 2],
        ['valid', 0],
        ['revoked', 1],
      ] as const) {
        assert.ok(await issuedCredentials.setStatus(id, status))
        assert.equal(await read(), value, status)
      }
      assert.equal(await issuedCredentials.setStatus(id, 'valid'), false, 'revoked for good')
      const { text } = await call(uri)
      gatehouse.advance(3599)
      assert.equal((await call(uri)).text, text, 'it is signed once')
      gatehouse.advance(1)
      assert.notEqual((await call(uri)).text, text, 'and anew after an hour')
      assert.equal(await read(), 1)
      for (const other of ['0', '99', 'x', '1e1'])
        assert.equal((await call(`${gatehouse.issuer}/status-lists/${other}`)).body.error_description, 'there is no such status list here')
    })

    test('the credentials of a suspended account are suspended, and are what they were when it is resumed', async () => {
      const subject = await gatehouse.addAccount({ username: 'away', claims: { given_name: 'Away' } }, alice.password)
      const { access_token } = await wallet.app.tokens(gatehouse.browser(), {}, { ...alice, username: 'away' })
      const answers = [await wallet.ask(access_token), await wallet.ask(access_token), await wallet.ask(access_token)]
      const ids = answers.map(({ body }) => body.notification_id as string)
      const { issuedCredentials } = gatehouse.root.store
      await issuedCredentials.setStatus(ids[1]!, 'suspended')
      await issuedCredentials.setStatus(ids[2]!, 'revoked')
      const states = async () => {
        const inLists = answers.map(async ({ body }) => {
          const { uri, idx } = readSdJwt(body.credentials[0].credential).payload.status.status_list
          return getListFromStatusListJWT((await call(uri)).text).getStatus(idx)
        })
        const shown = await Promise.all(ids.map(async (id) => (await issuedCredentials.find(id))?.status))
        const listed = await issuedCredentials.list({ subject, limit: 10 })
        assert.deepEqual(
          ids.map((id) => listed.find((one) => one.id === id)?.status),
          shown,
        )
        return [await Promise.all(inLists), shown]
      }
      const before = [
        [0, 2, 1],
        ['valid', 'suspended', 'revoked'],
      ]
      assert.deepEqual(await states(), before)
      await setStatus(gatehouse.root.accounts, subject, 'suspended')
      assert.deepEqual(await states(), [
        [2, 2, 1],
        ['suspended', 'suspended', 'revoked'],
      ])
      await setStatus(gatehouse.root.accounts, subject, 'active')
      assert.deepEqual(await states(), before)
    })

    test('a list that was signed with a key of the tenant is signed anew when that is revoked', async () => {
      await gatehouse.app.tenants.create({ slug: 'keyed', name: 'Keyed' })
      const tenant = (await gatehouse.app.tenant('keyed')) as Tenant
      const subject = await gatehouse.addAccount({ username: 'holder' }, undefined, tenant)
      const credential = { id: 'id', subject, clientId: 'client', configuration: 'badge', status: 'valid', event: undefined } as const
      const now = gatehouse.now()
      const where = { candidates: [[1]], fulfils: undefined, most: 1, now }
      await tenant.store.issuedCredentials.add({ ...credential, issuedAt: now, expiresAt: now + 3600 }, where)
      const kidOfList = async () => decodeProtectedHeader((await call(`${tenant.issuer}/status-lists/1`)).text).kid as string
      const first = await kidOfList()
      await tenant.keyring.revoke(first)
      assert.notEqual(await kidOfList(), first)
    })

    test('a removed account leaves no valid credential behind', async () => {
      const subject = await gatehouse.addAccount({ username: 'leaving', claims: { given_name: 'Leaving' } }, alice.password)
      const { access_token } = await wallet.app.tokens(gatehouse.browser(), {}, { ...alice, username: 'leaving' })
      const { credentials, notification_id: id } = (await wallet.ask(access_token)).body
      const { uri, idx } = readSdJwt(credentials[0].credential).payload.status.status_list
      await gatehouse.root.store.accounts.remove(subject, gatehouse.now())
      assert.equal(getListFromStatusListJWT((await call(uri)).text).getStatus(idx), 1)
      const kept = await gatehouse.root.store.issuedCredentials.find(id)
      assert.deepEqual([kept?.subject, kept?.status], [undefined, 'revoked'])
    })
  })
}
