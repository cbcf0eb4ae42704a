/** The contract of attributes, on every engine: what is stored of accounts always matches the schema. */
import assert from 'node:assert/strict'
import { z } from 'zod'
import { anAccount, atOnce, NOW, onEachEngine, type TenantStore } from '../../test/stored.ts'
import { type Attribute, attributeSchema, checkValues, type NewAttribute } from '../identity/attributes.ts'

const team = (change: Partial<NewAttribute> = {}): Attribute => attributeSchema.parse({ name: 'team', type: 'string', ...change })

const person = (subject: string, attributes = {}) => anAccount({ subject, username: subject, email: undefined, attributes })
const valuesOf = async (store: TenantStore, subject: string) => (await store.accounts.bySubject(subject))?.attributes
const refusal = async (act: Promise<unknown>) => {
  const error = await act.catch((error: unknown) => error)
  assert.ok(error instanceof z.ZodError)
  return error.issues.map(({ path, message }) => `${path.join('.')} ${message}`)
}

onEachEngine('a tenant defines its own attributes, each under one name', async ({ a, b }) => {
  assert.deepEqual(await a.attributes.list(), [])
  assert.equal(await a.attributes.define(team()), 'defined')
  assert.equal(await a.attributes.define(team({ name: 'age', type: 'number' })), 'defined')
  assert.equal(await a.attributes.define(team({ max_length: 5 })), 'defined')
  assert.deepEqual(await a.attributes.list(), [team({ name: 'age', type: 'number' }), team({ max_length: 5 })])
  assert.deepEqual(await b.attributes.list(), [])
  assert.equal(await b.attributes.remove('team'), undefined)
  assert.equal(await a.attributes.remove('team'), 0)
  assert.equal(await a.attributes.remove('team'), undefined)
})

onEachEngine('an account is stored with valid values, or not at all', async ({ a, b }) => {
  await a.attributes.define(team({ max_length: 5 }))
  assert.equal(await a.accounts.add(person('ann', { team: 'red' })), true)
  assert.deepEqual(await valuesOf(a, 'ann'), { team: 'red' })
  assert.deepEqual(await refusal(a.accounts.add(person('bob', { team: 'purple' }))), ['attributes.team must be text of 1 to 5 characters'])
  assert.deepEqual(await refusal(a.accounts.add(person('bob', { tean: 'red' }))), ['attributes.tean is not known here'])
  assert.deepEqual(await refusal(b.accounts.add(person('bob', { team: 'red' }))), ['attributes.team is not known here'])
  assert.equal(await a.accounts.byLogin('bob'), undefined, 'nothing of it is left')
  assert.equal(await a.accounts.add(person('bob')), true, 'nor its login')
  const change = { username: 'Anna', attributes: { team: 7 } }
  assert.deepEqual(await refusal(a.accounts.change('ann', change)), ['attributes.team must be text of 1 to 5 characters'])
  assert.equal((await a.accounts.bySubject('ann'))?.username, 'ann')
  assert.equal(await a.accounts.change('ann', { attributes: { team: 'blue' } }), 'changed')
  assert.deepEqual(await valuesOf(a, 'ann'), { team: 'blue' })
})

onEachEngine('a definition that accounts violate is refused, with their number and examples', async ({ a, b }) => {
  await a.attributes.define(team())
  for (const [n, name] of ['ann', 'bob', 'cid', 'dan', 'eve', 'fay', 'gus'].entries()) await a.accounts.add(person(name, { team: `t${n}` }))
  await b.accounts.add(person('zoe'))
  const narrow = team({ type: 'enum', values: ['t0', 't1'] })
  assert.deepEqual(await a.attributes.define(narrow), { broken: 5, examples: ['cid', 'dan', 'eve', 'fay', 'gus'] })
  assert.deepEqual(await a.attributes.define(team({ name: 'floor', required: true })), {
    broken: 7,
    examples: ['ann', 'bob', 'cid', 'dan', 'eve'],
  })
  assert.deepEqual(await a.attributes.list(), [team()], 'nothing is changed')
  for (const name of ['cid', 'dan', 'eve', 'fay', 'gus']) await a.accounts.change(name, { attributes: {} })
  assert.equal(await a.attributes.define(narrow), 'defined')
  assert.deepEqual(await a.attributes.define({ ...narrow, required: true }), { broken: 5, examples: ['cid', 'dan', 'eve', 'fay', 'gus'] })
})

onEachEngine('an attribute is removed with its values, and with no others', async ({ a, b }) => {
  for (const store of [a, b]) {
    await store.attributes.define(team())
    await store.attributes.define(team({ name: 'floor', type: 'number' }))
    await store.accounts.add(person('ann', { team: 'red', floor: 3 }))
    await store.accounts.add(person('bob', { floor: 0 }))
  }
  assert.equal(await a.attributes.remove('team'), 1)
  assert.deepEqual([await valuesOf(a, 'ann'), await valuesOf(a, 'bob')], [{ floor: 3 }, { floor: 0 }])
  assert.deepEqual(await valuesOf(b, 'ann'), { team: 'red', floor: 3 })
})

onEachEngine('more accounts than are read at once are all checked', async ({ a }) => {
  await a.attributes.define(team())
  await atOnce(503, (i) => a.accounts.add(person(`p${i}`, i === 502 ? { team: 'red' } : {})))
  const defined = await a.attributes.define(team({ type: 'number' }))
  assert.deepEqual(defined, { broken: 1, examples: ['p502'] })
  assert.equal(((await a.attributes.define(team({ required: true }))) as { broken: number }).broken, 502)
  assert.equal(await a.attributes.remove('team'), 1)
})

onEachEngine('an account that is added or changed while the schema changes matches it afterwards', async ({ a }) => {
  await a.attributes.define(team())
  for (let round = 0; round < 15; round++) {
    await a.accounts.add(person('old', { team: 'red' }))
    const add = (i: number) => a.accounts.add(person(`p${i}`))
    await Promise.allSettled([
      add(0),
      add(1),
      a.accounts.change('old', { attributes: { team: 'blue' } }),
      add(2),
      a.attributes.define(team({ type: 'enum', values: ['red'] })),
      a.attributes.define(team({ name: 'must', required: true })),
      add(3),
    ])
    const schema = await a.attributes.list()
    const { accounts } = await a.accounts.search({ sort: 'username', descending: false, offset: 0, limit: 9 })
    for (const { attributes } of accounts) checkValues(schema, attributes)
    for (const { subject } of accounts) await a.accounts.remove(subject, NOW)
    await a.attributes.remove('must')
    await a.attributes.define(team())
  }
})
