/** The contract of groups and memberships, on every engine. */
import assert from 'node:assert/strict'
import { anAccount, atOnce, NOW, onEachEngine, type TenantStore } from '../../test/stored.ts'

const aGroup = (change = {}) => ({ id: 'g', name: 'Crew', description: 'Who sails', createdAt: NOW, updatedAt: NOW, ...change })
const kept = (change = {}) => ({ ...aGroup(), members: 0, ...change })

async function people(store: TenantStore, ...names: string[]): Promise<void> {
  for (const name of names) await store.accounts.add(anAccount({ subject: name, username: name, email: undefined }))
}

const join = (store: TenantStore, id: string, subjects: string[], maxPerAccount = 10) =>
  store.groups.addMembers({ id, subjects, maxPerAccount })

onEachEngine('a group is added once under its name in any case, and seen by no other tenant', async ({ a, b }) => {
  assert.equal(await a.groups.add(aGroup()), true)
  assert.equal(await a.groups.add(aGroup({ name: 'Other' })), false, 'the id')
  assert.equal(await a.groups.add(aGroup({ id: 'h', name: 'CREW' })), false, 'the name')
  assert.deepEqual(await a.groups.byId('g'), kept())
  assert.deepEqual(await a.groups.byName('crew'), kept())
  assert.equal(await b.groups.byId('g'), undefined)
  assert.equal(await b.groups.byName('crew'), undefined)
  assert.deepEqual(await b.groups.search({ offset: 0, limit: 10 }), { groups: [], total: 0 })
  assert.equal(await b.groups.add(aGroup()), true)
})

onEachEngine('a group changes atomically, not into another, and is removed with its memberships', async ({ a, b }) => {
  await people(a, 'ann')
  await a.groups.add(aGroup())
  await a.groups.add(aGroup({ id: 'h', name: 'Other' }))
  await join(a, 'g', ['ann'])
  assert.equal(await a.groups.change('g', { name: 'OTHER', description: 'x', updatedAt: NOW + 1 }), 'taken')
  assert.equal(await a.groups.change('none', { name: 'x' }), 'unknown')
  assert.equal(await b.groups.change('g', { name: 'x' }), 'unknown')
  assert.deepEqual(await a.groups.byId('g'), kept({ members: 1 }))
  assert.equal(await a.groups.change('g', { name: 'CREW', description: undefined, updatedAt: NOW + 1 }), 'changed')
  assert.deepEqual(await a.groups.byName('crew'), kept({ name: 'CREW', description: undefined, members: 1, updatedAt: NOW + 1 }))
  assert.equal(await b.groups.remove('g'), false)
  assert.equal(await a.groups.remove('g'), true)
  assert.equal(await a.groups.remove('g'), false)
  await a.groups.add(aGroup())
  assert.deepEqual(await a.groups.members('g', { offset: 0, limit: 10 }), { accounts: [], total: 0 }, 'none of the old ones')
  assert.deepEqual(await a.groups.of('ann'), [])
})

onEachEngine('groups are searched by part of name or description, in order, by pages', async ({ a }) => {
  for (const name of ['Zoo', 'apes', 'Bears 100%'])
    await a.groups.add(aGroup({ id: name, name, description: name === 'Zoo' ? 'All Apes' : undefined }))
  const found = async (search: string | undefined, offset = 0, limit = 10) => {
    const { groups, total } = await a.groups.search({ search, offset, limit })
    return [...groups.map(({ name }) => name), total]
  }
  assert.deepEqual(await found(undefined), ['apes', 'Bears 100%', 'Zoo', 3])
  assert.deepEqual(await found('', 1, 1), ['Bears 100%', 3])
  assert.deepEqual(await found('APES'), ['apes', 'Zoo', 2])
  assert.deepEqual(await found('%'), ['Bears 100%', 1])
  assert.deepEqual(await found('_'), [0])
})

onEachEngine('members are added all or none, and only once', async ({ a, b }) => {
  await people(a, 'ann', 'bob', 'cid')
  await people(b, 'dan')
  await a.groups.add(aGroup())
  assert.deepEqual(await join(a, 'none', ['ann']), { unknown: 'group' })
  assert.deepEqual(await join(b, 'g', ['dan']), { unknown: 'group' }, 'of another tenant')
  assert.deepEqual(await join(a, 'g', ['ann', 'dan']), { unknown: 'accounts', subjects: ['dan'] })
  assert.equal((await a.groups.byId('g'))?.members, 0)
  assert.deepEqual(await join(a, 'g', ['bob', 'ann', 'ann']), { added: 2 })
  assert.deepEqual(await join(a, 'g', ['bob', 'cid']), { added: 1 })
  const { accounts, total } = await a.groups.members('g', { offset: 1, limit: 1 })
  assert.deepEqual([accounts.map(({ username }) => username), total], [['bob'], 3])
  assert.deepEqual(await b.groups.members('g', { offset: 0, limit: 5 }), { accounts: [], total: 0 })
  assert.equal(await b.groups.removeMembers('g', ['ann']), 0)
  assert.equal(await a.groups.removeMembers('g', ['ann', 'nobody']), 1)
  assert.equal((await a.groups.byId('g'))?.members, 2)
  assert.deepEqual(await a.groups.of('bob'), [{ id: 'g', name: 'Crew' }])
  assert.deepEqual(await a.groups.of('ann'), [])
})

onEachEngine('nobody is in more groups than allowed, however many additions run at once', async ({ a }) => {
  await people(a, 'ann', 'bob')
  for (let i = 0; i < 8; i++) await a.groups.add(aGroup({ id: `g${i}`, name: `Group ${i}` }))
  const joined = await atOnce(8, (i) => join(a, `g${i}`, ['ann', 'bob'], 3))
  assert.equal(joined.filter((one) => 'added' in one).length, 3)
  assert.deepEqual(
    joined.find((one) => 'full' in one),
    { full: ['ann', 'bob'] },
  )
  const own = await a.groups.of('ann')
  assert.equal(own.length, 3)
  assert.deepEqual(await join(a, own[0]!.id, ['ann'], 3), { added: 0 }, 'members stay')
})

onEachEngine('a removed person is in no group, even if added at the same moment', async ({ a, b }) => {
  for (const store of [a, b]) {
    await people(store, 'ann')
    await store.groups.add(aGroup())
    await join(store, 'g', ['ann'])
  }
  await a.groups.add(aGroup({ id: 'h', name: 'Other' }))
  await Promise.all([a.accounts.remove('ann', NOW), join(a, 'h', ['ann']), join(a, 'g', ['ann'])])
  await people(a, 'ann')
  assert.deepEqual(await a.groups.of('ann'), [])
  assert.equal((await a.groups.byId('g'))?.members, 0)
  assert.equal((await a.groups.byId('h'))?.members, 0)
  assert.equal((await b.groups.of('ann')).length, 1, 'of this tenant alone')
})
