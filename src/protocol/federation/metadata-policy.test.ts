/** Metadata policies: the tables of OpenID Federation 1.0 §6.1, and properties that hold for all of them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { OAuthError } from '../errors.ts'
import { applyPolicy, mergePolicies, readPolicy } from './metadata-policy.ts'
import type { ParameterPolicy } from './policy-operators.ts'

const one = (operators: object, parameter = 'p') => readPolicy({ client: { [parameter]: operators } })
const applied = (operators: object, given: unknown, parameter = 'p') =>
  applyPolicy({ client: given === undefined ? {} : { [parameter]: given } }, one(operators, parameter)).metadata['client']?.[parameter]
const merged = (...all: object[]) =>
  all
    .map((operators) => one(operators))
    .reduce(mergePolicies)
    .get('client')
    ?.get('p')

function refusal(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    assert.ok(error instanceof OAuthError)
    assert.equal(error.code, 'invalid_metadata')
    return error.description
  }
}

test('each operator does what it says', () => {
  const rows: [operators: object, given: unknown, expected: unknown][] = [
    [{ value: 'x' }, 'y', 'x'],
    [{ value: ['x'] }, undefined, ['x']],
    [{ value: null }, 'y', undefined],
    [{ add: ['a', 'b'] }, ['b', 'c'], ['b', 'c', 'a']],
    [{ add: ['a'] }, undefined, ['a']],
    [{ add: [{ a: 1, b: 2 }] }, [{ b: 2, a: 1 }], [{ b: 2, a: 1 }]],
    [{ default: 'x' }, undefined, 'x'],
    [{ default: 'x' }, 'y', 'y'],
    [{ one_of: ['x', 'y'] }, 'y', 'y'],
    [{ one_of: ['x', 'y'] }, undefined, undefined],
    [{ subset_of: ['a', 'b', 'c'] }, ['a', 'e'], ['a']],
    [{ essential: true, subset_of: ['a', 'b', 'c'] }, ['d', 'e'], []],
    [{ subset_of: ['a'] }, undefined, undefined],
    [{ superset_of: ['a'] }, ['a', 'b'], ['a', 'b']],
    [{ superset_of: ['a'] }, undefined, undefined],
    [{ essential: true }, false, false],
    [{ essential: false }, undefined, undefined],
    [{ default: ['a', 'z'], subset_of: ['a', 'b'] }, undefined, ['a']],
    [{ regexp: '^x' }, 'y', 'y'],
  ]
  for (const [operators, given, expected] of rows) assert.deepEqual(applied(operators, given), expected, JSON.stringify([operators, given]))
})

test('a metadata parameter that a policy does not allow is refused', () => {
  const rows: [operators: object, given: unknown, description: string][] = [
    [{ one_of: ['x'] }, 'y', 'a metadata parameter is none of the values that a superior allows'],
    [{ one_of: ['x'] }, ['x'], 'a metadata parameter is none of the values that a superior allows'],
    [{ superset_of: ['a', 'b'] }, ['a'], 'a metadata parameter lacks a value that a superior demands'],
    [{ add: ['a'] }, 'a', 'a metadata parameter is not the list that a policy operator needs'],
    [{ subset_of: ['a'] }, 'a', 'a metadata parameter is not the list that a policy operator needs'],
    [{ superset_of: ['a'] }, 'a', 'a metadata parameter is not the list that a policy operator needs'],
    [{ essential: true }, undefined, 'a metadata parameter is missing that a superior calls essential'],
    [{ essential: true, subset_of: ['a'] }, undefined, 'a metadata parameter is missing that a superior calls essential'],
  ]
  for (const [operators, given, description] of rows)
    assert.equal(
      refusal(() => applied(operators, given)),
      description,
      JSON.stringify([operators, given]),
    )
})

test('operators combine as the specification lets them, and no others do', () => {
  const allowed: object[] = [
    { value: ['a', 'b'], add: ['a'], default: ['c'], subset_of: ['a', 'b', 'c'], superset_of: ['a'], essential: true },
    { value: 'a', one_of: ['a', 'b'], essential: true },
    { value: null, essential: false },
    { add: ['a'], default: ['b'], subset_of: ['a', 'b'], superset_of: ['b'], essential: true },
    { default: 'x', one_of: ['y'], essential: true },
  ]
  for (const operators of allowed)
    assert.equal(
      refusal(() => one(operators)),
      undefined,
      JSON.stringify(operators),
    )
  const contradictions: object[] = [
    { value: ['a'], add: ['b'] },
    { value: 'a', add: ['a'] },
    { value: null, default: 'x' },
    { value: 'a', one_of: ['b'] },
    { value: null, one_of: ['b'] },
    { value: ['a', 'b'], subset_of: ['a'] },
    { value: ['a'], superset_of: ['a', 'b'] },
    { value: null, essential: true },
    { add: ['a'], one_of: ['a'] },
    { one_of: ['a'], subset_of: ['a'] },
    { one_of: ['a'], superset_of: ['a'] },
    { add: ['a'], subset_of: ['b'] },
    { subset_of: ['a'], superset_of: ['b'] },
  ]
  for (const operators of contradictions)
    assert.equal(
      refusal(() => one(operators)),
      'operators of a metadata policy contradict each other',
      JSON.stringify(operators),
    )
})

test('two superiors merge into what is stricter, and contradictions are refused', () => {
  const rows: [superior: object, subordinate: object, expected: ParameterPolicy][] = [
    [{ value: ['a'] }, { value: ['a'] }, { value: ['a'] }],
    [{ add: ['a'] }, { add: ['b', 'a'] }, { add: ['a', 'b'] }],
    [{ default: 'a' }, { default: 'a' }, { default: 'a' }],
    [{ one_of: ['a', 'b'] }, { one_of: ['b', 'c'] }, { one_of: ['b'] }],
    [{ subset_of: ['a'] }, { subset_of: ['b'] }, { subset_of: [] }],
    [{ superset_of: ['a'] }, { superset_of: ['b'] }, { superset_of: ['a', 'b'] }],
    [{ essential: false }, { essential: true }, { essential: true }],
    [{ essential: true }, { essential: false }, { essential: true }],
    [{ subset_of: ['a', 'b'] }, { superset_of: ['a'] }, { subset_of: ['a', 'b'], superset_of: ['a'] }],
  ]
  for (const [superior, subordinate, expected] of rows) assert.deepEqual(merged(superior, subordinate), expected, JSON.stringify(superior))
  const refused: [superior: object, subordinate: object, description: string][] = [
    [{ value: 'a' }, { value: 'b' }, 'superiors set different values for one metadata parameter'],
    [{ default: 'a' }, { default: 'b' }, 'superiors set different values for one metadata parameter'],
    [{ one_of: ['a'] }, { one_of: ['b'] }, 'the one_of of two superiors have no value in common'],
    [{ subset_of: ['a'] }, { value: ['b'] }, 'operators of a metadata policy contradict each other'],
    [{ subset_of: ['a'] }, { superset_of: ['b'] }, 'operators of a metadata policy contradict each other'],
    [{ one_of: ['a'] }, { add: ['a'] }, 'operators of a metadata policy contradict each other'],
  ]
  for (const [superior, subordinate, description] of refused)
    assert.equal(
      refusal(() => merged(superior, subordinate)),
      description,
      JSON.stringify([superior, subordinate]),
    )
})

test('a malformed policy is refused', () => {
  const malformed = 'metadata_policy must name operators for each parameter of each entity type, with values that they can have'
  const rows: unknown[] = [
    'policy',
    [],
    { client: 1 },
    { client: { p: [] } },
    ...[{ add: 'a' }, { add: [true] }, { default: null }, { one_of: 'a' }, { subset_of: 1 }, { superset_of: {} }, { essential: 'yes' }].map(
      (operators) => ({ client: { p: operators } }),
    ),
  ]
  for (const row of rows)
    assert.equal(
      refusal(() => readPolicy(row)),
      malformed,
      JSON.stringify(row),
    )
})

test('scope is a list of words to every operator', () => {
  assert.equal(applied({ subset_of: ['openid', 'email'] }, 'openid profile email', 'scope'), 'openid email')
  assert.equal(applied({ default: 'openid email' }, undefined, 'scope'), 'openid email')
  assert.equal(applied({ add: ['openid'] }, 'email', 'scope'), 'email openid')
  assert.equal(
    refusal(() => applied({ superset_of: ['openid'] }, 'email', 'scope')),
    'a metadata parameter lacks a value that a superior demands',
  )
})

test('a policy does not give a subject an entity type that it does not have', () => {
  assert.deepEqual(applyPolicy({}, one({ value: 'x' })).metadata, {})
})

test('every change is told, with what was there before', () => {
  const { changes } = applyPolicy({ client: { p: ['a', 'x'] } }, one({ add: ['b'], subset_of: ['a', 'b'], essential: true }))
  assert.deepEqual(changes, [
    { type: 'client', parameter: 'p', operator: 'add', before: ['a', 'x'], after: ['a', 'x', 'b'] },
    { type: 'client', parameter: 'p', operator: 'subset_of', before: ['a', 'x', 'b'], after: ['a', 'b'] },
  ])
})

const words = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 4 })
const operators = fc.record(
  { add: words, default: words, subset_of: words, superset_of: words, value: words, essential: fc.boolean() },
  { requiredKeys: [] },
)
const orRefused = <T>(work: () => T): T | 'refused' => (refusal(work) === undefined ? work() : 'refused')

test('what the policies of two superiors let through, each of them lets through', () => {
  fc.assert(
    fc.property(operators, operators, fc.option(words, { nil: undefined }), (superior, subordinate, given) => {
      const policy = orRefused(() => mergePolicies(one(superior), one(subordinate)))
      const metadata = { client: given === undefined ? {} : { p: given } }
      const result = policy === 'refused' ? policy : orRefused(() => applyPolicy(metadata, policy).metadata['client']?.['p'])
      if (result === 'refused') return
      for (const { subset_of: most, superset_of: least, essential, add } of [superior, subordinate]) {
        const values = result as string[] | undefined
        if (most && values) assert.ok(values.every((value) => most.includes(value as 'a')))
        if (least && values) assert.ok(least.every((value) => values.includes(value)))
        if (add) assert.ok(add.every((value) => values?.includes(value)))
        if (essential) assert.ok(values)
      }
    }),
    { numRuns: 500 },
  )
})

test('merging is associative, and a policy merged with itself is the same', () => {
  const asSets = (policy: ParameterPolicy | undefined | 'refused') =>
    policy === 'refused' || !policy
      ? policy
      : Object.fromEntries(Object.entries(policy).map(([name, value]) => [name, Array.isArray(value) ? value.toSorted() : value]))
  const of = (policy: ReturnType<typeof one>) => policy.get('client')?.get('p')
  fc.assert(
    fc.property(operators, operators, operators, (first, second, third) => {
      const [a, b, c] = [first, second, third].map((each) => orRefused(() => one(each)))
      if (a === 'refused' || b === 'refused' || c === 'refused' || !a || !b || !c) return
      const left = orRefused(() => of(mergePolicies(mergePolicies(a, b), c)))
      const right = orRefused(() => of(mergePolicies(a, mergePolicies(b, c))))
      if (left !== 'refused' && right !== 'refused') assert.deepEqual(asSets(left), asSets(right))
      assert.deepEqual(asSets(of(mergePolicies(a, a))), asSets(of(a)))
    }),
    { numRuns: 500 },
  )
})
