import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { z } from 'zod'
import { type TestApp, testApp } from '../../test/app.ts'
import type { AccountDeps } from './accounts.ts'
import { addMembers, changeGroup, createGroup, findGroup, type Group, maxMembersPerRequest, removeGroup, removeMembers } from './groups.ts'

suite('groups', () => {
  let gatehouse: TestApp
  let deps: AccountDeps
  before(async () => {
    gatehouse = await testApp('sqlite')
    deps = gatehouse.root.accounts
  })
  after(() => gatehouse.close())

  const refused: [what: string, input: Record<string, unknown>, field: string][] = [
    ['no name', {}, 'name'],
    ['an empty name', { name: '  ' }, 'name'],
    ['a name of 101 characters', { name: 'x'.repeat(101) }, 'name'],
    ['a name with a line break', { name: 'a\nb' }, 'name'],
    ['a name that turns the reading direction', { name: 'a\u202eb' }, 'name'],
    ['a long description', { name: 'a', description: 'x'.repeat(501) }, 'description'],
    ['a member that is not known', { name: 'a', owner: 'b' }, ''],
  ]
  for (const [what, input, field] of refused) {
    test(`${what} is refused, and nothing is made`, async () => {
      const error = await createGroup(deps, input as never).catch((error: unknown) => error)
      assert.ok(error instanceof z.ZodError)
      assert.equal(error.issues[0]!.path.join('.'), field)
      assert.equal((await deps.store.groups.search({ offset: 0, limit: 1 })).total, 0)
    })
  }

  test('a group lives: made, changed, joined, left, removed', async () => {
    const group = (await createGroup(deps, { name: ' Crew ', description: 'Who sails' })) as Group
    const made = gatehouse.now()
    assert.deepEqual([group.name, group.members, group.createdAt, group.updatedAt], ['Crew', 0, made, made])
    gatehouse.advance(60)
    assert.equal(await createGroup(deps, { name: 'crew' }), 'taken')
    const other = (await createGroup(deps, { name: 'x'.repeat(100) })) as Group
    assert.equal(await changeGroup(deps, other.id, { name: 'CREW' }), 'taken')
    assert.equal(await changeGroup(deps, 'nowhere', { name: 'x' }), 'unknown')
    await assert.rejects(changeGroup(deps, group.id, { name: '' }), z.ZodError)
    assert.equal(((await changeGroup(deps, group.id, { description: 'Who rows' })) as Group).description, 'Who rows')
    assert.equal(((await changeGroup(deps, group.id, { name: 'Crew' })) as Group).description, 'Who rows')
    const changed = (await changeGroup(deps, group.id, { description: null })) as Group
    assert.deepEqual([changed.name, changed.description, changed.createdAt, changed.updatedAt], ['Crew', undefined, made, made + 60])
    assert.equal(((await changeGroup(deps, group.id, { name: 'Sailors' })) as Group).description, undefined)
    assert.equal((await findGroup(deps, group.id))?.name, 'Sailors')
    assert.equal((await findGroup(deps, ' SAILORS '))?.id, group.id)
    assert.equal(await findGroup(deps, 'crew'), undefined)

    const ann = await gatehouse.addAccount({ username: 'ann' })
    assert.deepEqual(await addMembers(deps, group.id, [ann]), { added: 1 })
    await assert.rejects(addMembers(deps, group.id, Array(maxMembersPerRequest + 1).fill(ann)), z.ZodError)
    assert.equal(await removeMembers(deps, 'nowhere', [ann]), 'unknown')
    assert.equal(await removeMembers(deps, group.id, [ann, 'nobody']), 1)
    assert.equal(await removeGroup(deps, group.id), true)
    assert.equal(await removeGroup(deps, group.id), false)
  })
})
