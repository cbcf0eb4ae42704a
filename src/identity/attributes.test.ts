import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { z } from 'zod'
import { type TestApp, testApp } from '../../test/app.ts'
import {
  attributeSchema,
  checkOwn,
  checkValues,
  defineAttribute,
  maxAttributes,
  type NewAttribute,
  scopesOfAttributes,
} from './attributes.ts'

const told = (error: unknown) => {
  assert.ok(error instanceof z.ZodError, String(error))
  return error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ')
}
const refusalOf = (act: () => unknown) => {
  try {
    act()
  } catch (error) {
    return told(error)
  }
  return ''
}

const definitions: [change: Record<string, unknown>, refusal: RegExp][] = [
  [{ name: 'Team' }, /^name must be 1 to 40/],
  [{ name: '' }, /^name must be/],
  [{ name: 'x'.repeat(41) }, /^name must be/],
  ...[
    'email',
    'sub',
    'given_name',
    'phone_number_verified',
    'iss',
    'client_id',
    'role',
    'groups',
    'attributes',
    'username',
    'password',
  ].map((name): [Record<string, unknown>, RegExp] => [{ name }, /^name has a meaning already$/]),
  [{ scope: 'profile', claim: 'email' }, /^claim has a meaning already$/],
  [{ scope: 'profile', claim: 'a b' }, /^claim must be 1 to 100 visible/],
  [{ claim: 'x' }, /^scope is needed beside claim$/],
  [{ scope: 'a b' }, /^scope must be/],
  [{ scope: 'admin:users:write' }, /^scope must be/],
  [{ type: 'object' }, /^type /],
  [{ type: 'enum' }, /^values is missing$/],
  [{ type: 'enum', values: [] }, /^values /],
  [{ values: ['a'] }, /^values is only for enum$/],
  [{ type: 'number', max_length: 5 }, /^max_length is only for string and list$/],
  [{ max_items: 5 }, /^max_items is only for list$/],
  [{ min: 1 }, /^min is only for number$/],
  [{ type: 'number', min: 2, max: 1 }, /^max must not be less than min$/],
  [{ writable_by: 'anyone' }, /^writable_by /],
  [{ pattern: '.*' }, /^ Unrecognized key/],
]
for (const [change, refusal] of definitions)
  test(`no attribute is ${JSON.stringify(change).slice(0, 80)}`, () =>
    assert.match(
      refusalOf(() => attributeSchema.parse({ name: 'team', type: 'string', ...change })),
      refusal,
    ))

/** What a definition may just be, and what is one too many. */
const limits: [most: Record<string, unknown>, more: Record<string, unknown>][] = [
  [{ name: 'x'.repeat(40) }, { name: 'x'.repeat(41) }],
  [{ title: 'x'.repeat(80) }, { title: 'x'.repeat(81) }],
  [{ description: 'x'.repeat(300) }, { description: 'x'.repeat(301) }],
  [{ scope: 'x'.repeat(63) }, { scope: 'x'.repeat(64) }],
  [
    { scope: 'profile', claim: 'x'.repeat(100) },
    { scope: 'profile', claim: 'x'.repeat(101) },
  ],
  [
    { type: 'enum', values: ['x'.repeat(100)] },
    { type: 'enum', values: ['x'.repeat(101)] },
  ],
  [
    { type: 'enum', values: Array.from({ length: 200 }, (_, n) => `${n}`) },
    { type: 'enum', values: Array.from({ length: 201 }, (_, n) => `${n}`) },
  ],
  [{ max_length: 1 }, { max_length: 0 }],
  [{ max_length: 2000 }, { max_length: 2001 }],
  [
    { type: 'list', max_items: 1 },
    { type: 'list', max_items: 0 },
  ],
  [
    { type: 'list', max_items: 100 },
    { type: 'list', max_items: 101 },
  ],
  [
    { type: 'number', min: 2, max: 2 },
    { type: 'number', min: 2, max: 1.9 },
  ],
]
for (const [most, more] of limits)
  test(`an attribute may just be ${JSON.stringify(most).slice(0, 60)}`, () => {
    const define = (change: Record<string, unknown>) => attributeSchema.safeParse({ name: 'team', type: 'string', ...change }).success
    assert.deepEqual([define(most), define(more)], [true, false])
  })

const values: [definition: Partial<NewAttribute>, good: unknown[], bad: unknown[], rule: string][] = [
  [{ type: 'string' }, ['a', 'x'.repeat(200)], ['', '  ', 'x'.repeat(201), 1, null, ['a'], {}], 'must be text of 1 to 200 characters'],
  [{ type: 'string', max_length: 3 }, ['abc'], ['abcd'], 'must be text of 1 to 3 characters'],
  [{ type: 'number' }, [0, -1.5, 1e9], ['1', Number.NaN, Number.POSITIVE_INFINITY, null, true], 'must be a number'],
  [{ type: 'number', min: 1, max: 5 }, [1, 5], [0.9, 5.1], 'must be a number, at least 1, at most 5'],
  [{ type: 'boolean' }, [true, false], ['true', 0, null], 'must be true or false'],
  [{ type: 'date' }, ['2024-02-29'], ['2023-02-29', '2024-2-1', '2024-02-29T00:00', 20240229], 'must be a date such as 2031-05-01'],
  [{ type: 'enum', values: ['a', 'b'] }, ['a', 'b'], ['c', 'A', 'toString', ['a']], 'must be one of a, b'],
  [
    { type: 'list', max_items: 2 },
    [['a'], ['a', 'b']],
    [[], ['a', 'b', 'c'], ['a', 1], [''], 'a'],
    'must be a list of 1 to 2 texts of 1 to 200 characters',
  ],
]
for (const [definition, good, bad, rule] of values) {
  const schema = [attributeSchema.parse({ name: 'x', type: 'string', ...definition })]
  test(`${JSON.stringify(definition)}: ${rule}`, () => {
    for (const x of good) checkValues(schema, { x })
    for (const x of bad)
      assert.equal(
        refusalOf(() => checkValues(schema, { x })),
        `attributes.x ${rule}`,
        JSON.stringify(x),
      )
    checkValues(schema, {})
    const required = schema.map((attribute) => ({ ...attribute, required: true }))
    assert.equal(
      refusalOf(() => checkValues(required, {})),
      'attributes.x is missing',
    )
  })
}

test('a name that every object of the language has is nobody’s value', () => {
  const schema = [attributeSchema.parse({ name: 'constructor', type: 'string', required: true })]
  assert.equal(
    refusalOf(() => checkValues(schema, {})),
    'attributes.constructor is missing',
  )
  assert.equal(
    refusalOf(() => checkValues([], { constructor: 'x' })),
    'attributes.constructor is not known here',
  )
})

test('all values of one account are not too long together', () => {
  const schema = Array.from({ length: 9 }, (_, n) => attributeSchema.parse({ name: `n${n}`, type: 'string', max_length: 2000 }))
  const all = (last: number) => Object.fromEntries(schema.map(({ name }, n) => [name, 'x'.repeat(n < 8 ? 2000 : last)]))
  const most = 16_384 - JSON.stringify(all(1)).length + 1
  checkValues(schema, all(most))
  assert.equal(
    refusalOf(() => checkValues(schema, all(most + 1))),
    'attributes must not be longer than 16384 characters as JSON',
  )
})

test('a scope of its own is told in words, by the titles of what it asks for', () => {
  const schema = [
    { name: 'team', title: 'Team', scope: 'work' },
    { name: 'floor', scope: 'work' },
    { name: 'motto', scope: 'profile' },
    { name: 'badge' },
  ].map((one) => attributeSchema.parse({ type: 'string', ...one }))
  assert.deepEqual(scopesOfAttributes(schema), { work: 'See about you: Team, floor' })
})

suite('defining', () => {
  let gatehouse: TestApp
  const define = (input: NewAttribute) => defineAttribute(gatehouse.root.attributes, input)
  const refused = (input: NewAttribute) => define(input).then(() => assert.fail('it was defined'), told)
  before(async () => {
    gatehouse = await testApp('sqlite')
  })
  after(() => gatehouse.close())

  test('a scope or a claim that means something already is refused', async () => {
    for (const scope of ['openid', 'email', 'groups', 'offline_access'])
      assert.match(await refused({ name: 'team', type: 'string', scope }), /^scope has a meaning already/)
    assert.equal(await define({ name: 'team', type: 'string', scope: 'work', claim: 'x' }), 'defined')
    assert.equal(await refused({ name: 'x', type: 'string', scope: 'profile' }), 'claim is that of another attribute')
    assert.equal(await define({ name: 'x', type: 'string' }), 'defined', 'what no scope asks for has no claim')
  })

  test('there are not too many', async () => {
    const names = Array.from({ length: maxAttributes - 2 }, (_, n) => `n${n}`)
    for (const name of names) await define({ name, type: 'string' })
    assert.equal(await refused({ name: 'more', type: 'string' }), 'name must be one of at most 50')
    assert.equal(await define({ name: 'n0', type: 'number' }), 'defined', 'one that is there may change')
  })

  test('a person says what is open to the person', async () => {
    await define({ name: 'n1', type: 'string', writable_by: 'person' })
    const schema = await gatehouse.root.store.attributes.list()
    assert.equal(
      refusalOf(() => checkOwn(schema, { n1: 'x', n2: 'y' })),
      'attributes.n2 is for administrators to write',
    )
    assert.equal(
      refusalOf(() => checkOwn(schema, { n1: 1 })),
      'attributes.n1 must be text of 1 to 200 characters',
    )
    checkOwn(schema, { n1: 'x' })
  })
})
