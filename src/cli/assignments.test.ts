import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { commandLine } from '../../test/command-line.ts'

const { gatehouse, json, remove } = await commandLine()
after(remove)

test('people and groups are assigned to a client, listed, and taken from it', async () => {
  const ada = (await json('users create --username ada --email ada@example.com')).sub
  const sales = (await json('groups create --name sales')).id
  await json('clients create --client-id shop --redirect-uris https://shop.example/ --policy-assignment required')
  await json('clients assign shop --users ada@example.com --groups Sales')
  const both = [
    { kind: 'group', id: sales, name: 'sales' },
    { kind: 'user', id: ada, name: 'ada' },
  ]
  assert.deepEqual(await json('clients assignments shop'), both)
  assert.match((await gatehouse('clients assign shop --users ada')).out, /^ada can use shop\.$/m)
  assert.deepEqual(await json('clients assignments shop'), both, 'once is enough')
  await json('clients unassign shop --groups sales')
  assert.match((await gatehouse('clients assignments shop')).out, /^kind +name +id\nuser +ada/)
})

test('what is wrong is named', async () => {
  const refused: [line: string, status: number, message: RegExp][] = [
    ['clients assign shop', 2, /name people with --users or groups with --groups/],
    ['clients assign shop --users nobody', 1, /nobody/],
    ['clients assign shop --groups nothing', 1, /there is no group nothing/],
    ['clients assign nothing --users ada', 1, /there is no client nothing/],
    ['clients unassign shop --groups sales', 1, /sales is not assigned to shop/],
    ['clients unassign nothing --users ada', 1, /there is no client nothing/],
    ['clients assignments nothing', 1, /there is no client nothing/],
  ]
  for (const [line, status, message] of refused) {
    const outcome = await gatehouse(line)
    assert.deepEqual([outcome.status, message.test(outcome.err)], [status, true], `${line}: ${outcome.err}`)
  }
})
