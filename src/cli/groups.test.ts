import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { commandLine } from '../../test/command-line.ts'

const { gatehouse, json, remove } = await commandLine()
after(remove)

test('a group lives on the command line: made, joined, shown, changed, left, removed', async () => {
  for (const name of ['ada', 'grace']) await json(`users create --username ${name}`)
  const made = await json("groups create --name engineering --description 'All who build'")
  assert.deepEqual([made.name, made.description, made.members], ['engineering', 'All who build', 0])
  assert.deepEqual(Object.keys(made), ['id', 'name', 'description', 'members', 'created_at', 'updated_at'])
  assert.deepEqual(await json('groups add-member Engineering ada GRACE'), { id: made.id, added: 2 })
  assert.deepEqual((await json(`groups show ${made.id}`)).members, ['ada', 'grace'])
  assert.match((await gatehouse('groups list')).out, /^name +members +description +id\nengineering +2 +All who build/)
  assert.deepEqual(await json('groups list --search nothing'), [])
  assert.equal((await json('groups update engineering --name builders')).name, 'builders')
  assert.equal((await json('groups update builders --unset description')).description, undefined)
  assert.deepEqual(await json('groups remove-member builders ada'), { id: made.id, removed: 1 })
  await json('users delete grace')
  assert.deepEqual((await json('groups show builders')).members, [])
  assert.deepEqual(await json('groups delete builders'), { id: made.id, deleted: true })
  assert.deepEqual(await json('groups list'), [])
  assert.equal((await json('users show ada')).username, 'ada', 'the people stay')
})

test('groups are those of one tenant', async () => {
  await json('tenants create acme')
  await json('groups create --name crew --tenant acme')
  assert.equal((await gatehouse('groups show crew')).status, 1)
})

const refused: [line: string, status: number, message: string][] = [
  ['groups create', 1, '--name is missing'],
  ["groups create --name ''", 1, '--name must be 1 to 100 characters'],
  ['groups create --name TAKEN', 1, 'there is a group TAKEN already'],
  ['groups update other --name taken', 1, 'there is a group taken already'],
  ['groups update other --unset name', 1, '--name must be text'],
  ['groups update other --unset id', 1, 'id is not known'],
  ['groups show nowhere', 1, 'there is no group nowhere: see "gatehouse groups list"'],
  ['groups delete nowhere', 1, 'there is no group nowhere'],
  ['groups add-member taken ada nobody', 1, 'there is no account nobody'],
  ['groups remove-member taken nobody', 1, 'there is no account nobody'],
  [`groups add-member taken ${'ada '.repeat(101)}`, 2, 'name at most 100 people at once'],
]
test('what cannot be done is refused, and nothing is done', async (t) => {
  for (const name of ['taken', 'other']) await json(`groups create --name ${name}`)
  for (const [line, status, message] of refused) {
    await t.test(line.slice(0, 60), async () => {
      const outcome = await gatehouse(line)
      assert.ok((outcome.out + outcome.err).includes(message), outcome.out + outcome.err)
      assert.equal(outcome.status, status)
    })
  }
  assert.deepEqual(
    (await json('groups list')).map(({ name, members }: { name: string; members: number }) => [name, members]),
    [
      ['other', 0],
      ['taken', 0],
    ],
  )
})
