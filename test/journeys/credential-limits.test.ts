/** How many credentials one person can have, and what becomes of the account in the meantime. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { setStatus } from '../../src/identity/accounts.ts'
import type { Engine, TestApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { alice } from './application.ts'
import { badge, declare, holderPair, issuing, type Wallet } from './credential-setup.ts'

const full = [
  400,
  'credential_request_denied',
  'the person has as many credentials as this tenant allows; wait until some expire, or raise credentials_per_person of the tenant',
]

for (const engine of Object.keys(engines) as Engine[])
  suite(`${engine}: credentials of one person`, () => {
    let gatehouse: TestApp
    let wallet: Wallet
    const limit = (most: number) => gatehouse.app.tenants.set('', { credentials_per_person: most })
    const store = async () => (await gatehouse.app.tenant(''))!.store
    const person = async (username: string) => {
      const subject = await gatehouse.addAccount({ username, claims: { given_name: username } }, alice.password)
      const fields = { scope: 'staff-badge approved-badge' }
      const { access_token: token } = await wallet.app.tokens(gatehouse.browser(), fields, { ...alice, username })
      return { subject, token }
    }
    const copies = async (token: string, many: number) => {
      const nonce = await wallet.nonce()
      const proof = async () => wallet.proof({ pair: await holderPair(), claims: { nonce } })
      const jwt = await Promise.all(Array.from({ length: many }, proof))
      return wallet.ask(token, { credential_configuration_id: badge.id, proofs: { jwt } })
    }
    const told = ({ status, body }: { status: number; body: Record<string, unknown> }) => [status, body['error'], body['error_description']]
    before(async () => {
      ;({ gatehouse, wallet } = await issuing(engine))
    })
    after(() => gatehouse.close())

    test('a person has as many copies as the tenant allows, those that were revoked too, until they expire', async () => {
      await limit(5)
      const { subject, token } = await person('many')
      const first = await copies(token, 3)
      assert.equal(first.status, 200, JSON.stringify(first.body))
      assert.deepEqual(told(await copies(token, 3)), full)
      assert.equal((await copies(token, 2)).status, 200, 'a refused request takes none')
      assert.ok(await (await store()).issuedCredentials.setStatus(first.body.notification_id, 'revoked'))
      assert.deepEqual(told(await copies(token, 1)), full)
      assert.equal((await copies((await person('other')).token, 5)).status, 200, 'each person has their own')
      gatehouse.advance(91 * 86_400)
      const { access_token: later } = await wallet.app.tokens(gatehouse.browser(), {}, { ...alice, username: 'many' })
      assert.equal((await copies(later, 5)).status, 200)
      assert.equal((await (await store()).issuedCredentials.list({ subject, limit: 10 })).length, 3)
    })

    test('of requests at the same time only so many are answered', async () => {
      await limit(3)
      const { token } = await person('hurried')
      const answers = await Promise.all([1, 2, 3, 4, 5].map(() => copies(token, 1)))
      assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 200, 200, 400, 400])
    })

    test('a request that was approved can still be answered when some have expired', async () => {
      await limit(1)
      await declare((await gatehouse.app.tenant(''))!, { ...badge, id: 'brief-badge', scope: 'staff-badge', validity: 7200 })
      const { subject, token } = await person('patient')
      const ask = async (id: string) => wallet.ask(token, { credential_configuration_id: id, proofs: { jwt: [await wallet.proof()] } })
      assert.equal((await ask('brief-badge')).status, 200)
      const { body } = await ask('approved-badge')
      const { deferredCredentials } = await store()
      const waiting = (await deferredCredentials.waiting({ limit: 50, now: gatehouse.now() })).find((one) => one.subject === subject)
      await deferredCredentials.decide(waiting!.id, 'approved', gatehouse.now())
      const fetchIt = async (own: string) => wallet.ask(own, { transaction_id: body.transaction_id }, '/deferred-credential')
      assert.deepEqual(told(await fetchIt(token)), full)
      gatehouse.advance(3 * 3600)
      const fields = { scope: 'staff-badge approved-badge' }
      const { access_token: later } = await wallet.app.tokens(gatehouse.browser(), fields, { ...alice, username: 'patient' })
      assert.equal((await fetchIt(later)).status, 200)
    })

    test('an account that is removed or suspended between its claims and its credential gets none', async () => {
      await limit(100)
      const { issuedCredentials, accounts } = await store()
      const removed = await gatehouse.addAccount({ username: 'removed', claims: {} }, alice.password)
      await accounts.remove(removed, gatehouse.now())
      const suspended = await gatehouse.addAccount({ username: 'suspended', claims: {} }, alice.password)
      await setStatus(gatehouse.root.accounts, suspended, 'suspended')
      for (const subject of [removed, suspended]) {
        const times = { issuedAt: gatehouse.now(), expiresAt: gatehouse.now() + 60 }
        const record = {
          id: `late ${subject}`,
          subject,
          clientId: 'wallet',
          configuration: badge.id,
          status: 'valid',
          event: undefined,
        } as const
        const ask = { candidates: [[1, 2, 3]], fulfils: undefined, most: 10, now: gatehouse.now() }
        assert.equal(await issuedCredentials.add({ ...record, ...times }, ask), 'no account')
        assert.equal(await issuedCredentials.find(record.id), undefined)
      }
    })
  })
