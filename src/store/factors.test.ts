/** The contract of second factors, on every engine. */
import assert from 'node:assert/strict'
import { anAccount, aSession, atOnce, NOW, onEachEngine } from '../../test/stored.ts'
import type { TotpRow } from '../identity/factor-store.ts'

const totp = (change: Partial<TotpRow> = {}): TotpRow => ({ subject: 'subject', sealed: 'sealed', lastStep: 10, createdAt: NOW, ...change })
const use = (step: number, from = 'sealed') => ({ from, sealed: 'sealed', step })
const first = { recoveryCodes: ['one', 'two'], onlyFirst: true }

onEachEngine('the first factor creates recovery codes, and only an active account can have one', async ({ a, b }) => {
  assert.equal(await a.factors.addTotp(totp(), first), 'refused')
  await a.accounts.add(anAccount({ status: 'suspended' }))
  assert.equal(await a.factors.addTotp(totp(), first), 'refused')
  await a.accounts.change('subject', { status: 'active' })
  await b.accounts.add(anAccount())
  assert.equal(await a.factors.addTotp(totp(), first), 'first')
  assert.deepEqual(await a.factors.of('subject'), { totp: totp(), passkeys: 0, recoveryCodes: 2 })
  assert.deepEqual(await b.factors.of('subject'), { totp: undefined, passkeys: 0, recoveryCodes: 0 })
  assert.equal(await a.factors.addTotp(totp({ sealed: 'stolen' }), first), 'refused')
  const next = totp({ sealed: 'next', lastStep: 3 })
  assert.equal(await a.factors.addTotp(next, { recoveryCodes: ['three'], onlyFirst: false }), 'added')
  assert.deepEqual(await a.factors.of('subject'), { totp: next, passkeys: 0, recoveryCodes: 2 }, 'in place of the old one; the codes stay')
})

onEachEngine('of twenty concurrent attempts to set up a first factor one succeeds', async ({ a }) => {
  await a.accounts.add(anAccount())
  const outcomes = await atOnce(20, (i) =>
    a.factors.addTotp(totp({ sealed: `of ${i}` }), { recoveryCodes: [`code ${i}`], onlyFirst: true }),
  )
  assert.equal(outcomes.filter((outcome) => outcome === 'first').length, 1)
  assert.equal((await a.factors.of('subject')).totp?.sealed, `of ${outcomes.indexOf('first')}`)
  assert.equal((await a.factors.of('subject')).recoveryCodes, 1)
})

onEachEngine('a time step is used once, and no earlier one afterwards', async ({ a, b }) => {
  for (const store of [a, b]) {
    await store.accounts.add(anAccount())
    await store.factors.addTotp(totp(), first)
  }
  assert.equal(await a.factors.useStep('subject', use(10)), false, 'that of the confirmation')
  assert.equal((await atOnce(20, () => a.factors.useStep('subject', use(11)))).filter(Boolean).length, 1)
  assert.equal(await a.factors.useStep('subject', use(9)), false)
  assert.equal(await b.factors.useStep('subject', use(11)), true)
  assert.equal(await a.factors.useStep('nobody', use(99)), false)
  assert.equal(await a.factors.useStep('subject', use(99, 'of another app')), false)
  assert.equal(await a.factors.useStep('subject', { from: 'sealed', sealed: 'anew', step: 12 }), true)
  assert.deepEqual((await a.factors.of('subject')).totp, totp({ sealed: 'anew', lastStep: 12 }))
})

onEachEngine('a recovery code is used once, by its owner in its tenant', async ({ a, b }) => {
  for (const store of [a, b]) await store.accounts.add(anAccount())
  await a.factors.addTotp(totp(), first)
  assert.equal(await b.factors.spendRecoveryCode('subject', 'one'), undefined)
  assert.equal(await a.factors.spendRecoveryCode('other', 'one'), undefined)
  assert.deepEqual(
    (await atOnce(20, () => a.factors.spendRecoveryCode('subject', 'one'))).filter((left) => left !== undefined),
    [1],
  )
  assert.equal(await a.factors.replaceRecoveryCodes('subject', ['three', 'four', 'five']), true)
  assert.equal(await a.factors.spendRecoveryCode('subject', 'two'), undefined, 'the old ones are gone')
  assert.equal(await a.factors.spendRecoveryCode('subject', 'three'), 2)
  assert.equal(await b.factors.replaceRecoveryCodes('subject', ['six']), false, 'where there is no factor there are no codes')
})

onEachEngine('without the last factor there are no recovery codes', async ({ a, b }) => {
  for (const store of [a, b]) {
    await store.accounts.add(anAccount())
    await store.factors.addTotp(totp(), first)
  }
  assert.equal(await a.factors.removeTotp('subject'), true)
  assert.equal(await a.factors.removeTotp('subject'), false)
  assert.deepEqual(await a.factors.of('subject'), { totp: undefined, passkeys: 0, recoveryCodes: 0 })
  assert.equal((await b.factors.of('subject')).recoveryCodes, 2)
})

onEachEngine('all factors are removed at once, with every session; and an account is removed with its factors', async ({ a, b }) => {
  for (const store of [a, b]) {
    await store.accounts.add(anAccount())
    await store.factors.addTotp(totp(), first)
    await store.sessions.start(aSession(), '$hash', [])
  }
  assert.equal(await a.factors.clear('subject'), true)
  assert.equal(await a.factors.clear('subject'), false)
  assert.deepEqual([(await a.sessions.find(['session'], NOW)).length, (await b.sessions.find(['session'], NOW)).length], [0, 1])
  await b.accounts.remove('subject', NOW)
  await b.accounts.add(anAccount())
  assert.deepEqual(await b.factors.of('subject'), { totp: undefined, passkeys: 0, recoveryCodes: 0 })
})
