import assert from 'node:assert/strict'
import { anAccount, atOnce, NOW, onEachEngine } from '../../test/stored.ts'

onEachEngine('claims are set and taken away one by one, and those of others stay', async ({ a, b }) => {
  for (const store of [a, b]) await store.accounts.add(anAccount({ claims: { given_name: 'Alice', nickname: 'Al' } }))
  assert.equal(await a.accounts.changeClaims('subject', { nickname: undefined, locale: 'en' }, NOW + 1), true)
  const changed = await a.accounts.bySubject('subject')
  assert.deepEqual([changed?.claims, changed?.updatedAt], [{ given_name: 'Alice', locale: 'en' }, NOW + 1])
  assert.deepEqual((await b.accounts.bySubject('subject'))?.claims, { given_name: 'Alice', nickname: 'Al' })
  await atOnce(8, (i) => a.accounts.changeClaims('subject', { [`claim${i}`]: i }, NOW + 2))
  assert.equal(Object.keys((await a.accounts.bySubject('subject'))?.claims ?? {}).length, 10, 'none is lost')
  assert.equal(await a.accounts.changeClaims('nobody', { locale: 'en' }, NOW), false)
})
