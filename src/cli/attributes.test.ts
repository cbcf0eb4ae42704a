import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { commandLine } from '../../test/command-line.ts'

const { gatehouse, json, remove } = await commandLine()
after(remove)

test('attributes are defined, filled, changed and removed on the command line', async () => {
  await json("attributes define --name department --title 'Department' --type enum --values research sales --scope employment")
  await json('attributes define --name desk --type number --min 1')
  await json('attributes define --name hobbies --type list --writable-by person --scope profile')
  await json('attributes define --name remote --type boolean')
  assert.match(
    (await gatehouse('attributes list')).out,
    /^name .*\ndepartment +enum: research, sales +no +administrator +employment +department\n/,
  )
  const made = await json(
    'users create --username ada --attribute department=research --attribute desk=7 --attribute hobbies=chess --attribute hobbies=tea=time --attribute remote=true',
  )
  assert.deepEqual(made.attributes, { department: 'research', desk: 7, hobbies: ['chess', 'tea=time'], remote: true })
  const filed = await json(
    'users create --file - --attribute desk=2',
    JSON.stringify({ username: 'bob', attributes: { desk: 1, remote: false } }),
  )
  assert.deepEqual(filed.attributes, { desk: 2, remote: false })
  assert.deepEqual((await json('users update ada --attribute desk=8 --attribute hobbies=')).attributes, {
    department: 'research',
    desk: 8,
    remote: true,
  })
  assert.deepEqual(await json('attributes delete desk'), { name: 'desk', deleted: true, accounts: 2 })
  assert.deepEqual((await json('users show bob')).attributes, { remote: false })
  assert.deepEqual(
    (await json('audit list --act attribute.remove')).map(({ target }: { target: { id: string } }) => target.id),
    ['desk'],
  )
})

test('an account is changed: what is given, and nothing else', async () => {
  await json("users create --username eve --email eve@example.com --name 'Eve' --nickname E --email-verified")
  const changed = await json('users update eve --given-name Eva --unset nickname --email eva@example.com --username eva')
  assert.deepEqual([changed.username, changed.email, changed.claims], ['eva', 'eva@example.com', { name: 'Eve', given_name: 'Eva' }])
  assert.deepEqual((await json('users update eva --file -', JSON.stringify({ email: null, claims: { name: null } }))).claims, {
    given_name: 'Eva',
  })
  assert.equal((await json('users show eva')).email, undefined)
  assert.equal((await json('users update eva --email eve@example.com --email-verified')).claims.email_verified, true)
  assert.equal((await json('users update eva --unset email')).email, undefined)
})

const refused: [line: string, status: number, message: string][] = [
  ['attributes define --tenant strict --name Team --type string', 1, '--name must be 1 to 40 lower-case letters'],
  ['attributes define --tenant strict --name email --type string', 1, '--name has a meaning already'],
  ['attributes define --tenant strict --name team', 1, '--type must be one of string, number'],
  ['attributes define --tenant strict --name team --type string --scope email', 1, '--scope has a meaning already'],
  [
    'attributes define --tenant strict --name level --type string --required',
    1,
    '2 accounts have no valid value: fay, gus; nothing is changed',
  ],
  ['attributes define --tenant strict --name rank --type enum --values low', 1, '1 account has no valid value: gus; nothing is changed'],
  ['attributes delete nothing --tenant strict', 1, 'there is no attribute nothing: see "gatehouse attributes list"'],
  ['users create --username x --tenant strict --attribute rank=top', 1, '--attribute rank must be one of low, high'],
  ['users create --username x --tenant strict --attribute none=1', 1, '--attribute none is not known here'],
  ['users create --username x --tenant strict --attribute rank', 2, '--attribute is written name=value'],
  ['users create --username x --tenant strict --attribute rank=low --attribute rank=high', 2, 'rank is given twice, but is not a list'],
  ["users update fay --tenant strict --attribute 'weight= '", 1, '--attribute weight must be a number'],
  ['users update fay --tenant strict --attribute weight=many', 1, '--attribute weight must be a number'],
  ['users update fay --tenant strict --attribute away=yes', 1, '--attribute away must be true or false'],
  ['users update fay --tenant strict --attribute rank=', 1, '--attribute rank is missing'],
  ['users create --username x --tenant strict', 1, '--attribute rank is missing'],
  ['users invite --username x --email x@example.com --tenant strict', 1, '--attribute rank is missing'],
  ['users update nobody --name X', 1, 'there is no account nobody'],
  ['users update fay --tenant strict --username GUS', 1, 'another account has this user name or email address'],
  ['users update fay --tenant strict --website nowhere', 1, '--website must be an absolute http or https URL'],
  ['users update fay --tenant strict --unset sub', 2, 'sub is not a claim that can be removed'],
  ['users update fay --tenant strict --role viewer', 2, "unknown option '--role'"],
]
test('what does not fit is refused, and nothing is done', async (t) => {
  await json('tenants create strict')
  await json('attributes define --tenant strict --name rank --type enum --values low high --required')
  await json('attributes define --tenant strict --name weight --type number')
  await json('attributes define --tenant strict --name away --type boolean')
  for (const [name, rank] of Object.entries({ fay: 'low', gus: 'high' }))
    await json(`users create --tenant strict --sub ${name} --username ${name} --attribute rank=${rank}`)
  const before = await json('users list --tenant strict')
  for (const [line, status, message] of refused) {
    await t.test(line, async () => {
      const outcome = await gatehouse(line)
      assert.ok((outcome.out + outcome.err).includes(message), outcome.out + outcome.err)
      assert.equal(outcome.status, status)
    })
  }
  assert.deepEqual(await json('users list --tenant strict'), before)
})
