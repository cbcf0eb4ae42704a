import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { z } from 'zod'
import { type TestHouse, testHouse } from '../../test/app.ts'
import type { AccountRoom } from './accounts.ts'
import { addMembers, changeGroup, createGroup, findGroup, type Group, mostMembersAtOnce, removeGroup, removeMembers } from './groups.ts'

suite('groups', () => {
  let house: TestHouse
  let room: AccountRoom
  before(async () => {
    house = await testHouse('sqlite')
    room = house.root.accounts
  })
  after(() => house.close())

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
      const error = await createGroup(room, input as never).catch((error: unknown) => error)
      assert.ok(error instanceof z.ZodError)
      assert.equal(error.issues[0]!.path.join('.'), field)
      assert.equal((await room.store.groups.search({ offset: 0, limit: 1 })).total, 0)
    })
  }

  test('a group lives: made, changed, joined, left, removed', async () => {
    const group = (await createGroup(room, { name: ' Crew ', description: 'Who sails' })) as Group
    assert.deepEqual([group.name, group.members], ['Crew', 0])
    assert.equal(await createGroup(room, { name: 'crew' }), 'taken')
    const other = (await createGroup(room, { name: 'x'.repeat(100) })) as Group
    assert.equal(await changeGroup(room, other.id, { name: 'CREW' }), 'taken')
    assert.equal(await changeGroup(room, 'nowhere', { name: 'x' }), 'unknown')
    await assert.rejects(changeGroup(room, group.id, { name: '' }), z.ZodError)
    const changed = (await changeGroup(room, group.id, { description: null })) as Group
    assert.deepEqual([changed.name, changed.description], ['Crew', undefined])
    assert.equal(((await changeGroup(room, group.id, { name: 'Sailors' })) as Group).description, undefined)
    assert.equal((await findGroup(room, group.id))?.name, 'Sailors')
    assert.equal((await findGroup(room, ' SAILORS '))?.id, group.id)
    assert.equal(await findGroup(room, 'crew'), undefined)

    const ann = await house.addAccount({ username: 'ann' })
    assert.deepEqual(await addMembers(room, group.id, [ann]), { added: 1 })
    await assert.rejects(addMembers(room, group.id, Array(mostMembersAtOnce + 1).fill(ann)), z.ZodError)
    assert.equal(await removeMembers(room, 'nowhere', [ann]), 'unknown')
    assert.equal(await removeMembers(room, group.id, [ann, 'nobody']), 1)
    assert.equal(await removeGroup(room, group.id), true)
    assert.equal(await removeGroup(room, group.id), false)
  })
})
