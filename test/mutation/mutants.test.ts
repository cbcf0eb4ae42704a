/** What is changed in a source, and what is left alone. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { hits, moveBetween } from './coverage.ts'
import { isProgram, mutantsOf, mutate } from './mutants.ts'
import { allMutants, sample, testsFor } from './sample.ts'
import type { Checkout, TestFile } from './sources.ts'

/** What the operator makes of a source. */
const made = (operator: string, source: string) =>
  mutantsOf('a.ts', source)
    .filter((mutant) => mutant.operator === operator)
    .map((mutant) => mutate(mutant, source))

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: they are sources
/** By operator: a source, and all that becomes of it. */
const table: Readonly<Record<string, readonly [source: string, ...mutants: string[]][]>> = {
  condition: [
    ['if (a) b()', 'if (true) b()', 'if (false) b()'],
    ['const a = (b) ? 1 : 2', 'const a = (true) ? 1 : 2', 'const a = (false) ? 1 : 2'],
    ['for (; a; );'],
  ],
  comparison: [['a = b < c', 'a = b <= c'], ['a = b >= c', 'a = b > c'], ['a = b === c', 'a = b !== c'], ['a = b + c']],
  logic: [['a = b && c', 'a = b || c'], ['a = b || c', 'a = b && c'], ['a = b ?? c']],
  operand: [
    ['a = b ?? refuse(c)', 'a = b', 'a = refuse(c)'],
    ['a = b && (c ? d : e)', 'a = b', 'a = (c ? d : e)'],
  ],
  negation: [['if (!a) b()', 'if (a) b()']],
  statement: [
    ['await a()', ';'],
    ['if (!a) refuse(b)', 'if (!a) ;'],
    ['function* a() { yield sql`b` }', 'function* a() { ; }'],
    ['a.b = c', ';'],
    ['throw a', ';'],
    ["'use strict'"],
  ],
  await: [['const a = await b()', 'const a = b()']],
  returned: [
    ['function a() { return b }', 'function a() { return undefined }'],
    ['const a = () => b', 'const a = () => undefined'],
    ['a(() => b)'],
    ['function a() { return }'],
  ],
  literal: [
    ["h = { 'x-y': 'a b' }", "h = { '': 'a b' }", "h = { 'x-y': '' }"],
    ["a = ''", "a = 'mutated'"],
    ["a('words for a person')"],
    ["import a from 'b'"],
    ["export { a } from 'b'"],
    ["let a: 'b' = c as 'b'"],
    ['a = true', 'a = false'],
  ],
  element: [
    ['a = [b, c]', 'a = [c]', 'a = [b]'],
    ['a = { b: c, ...d }', 'a = { ...d }', 'a = { b: c }'],
    ['a = { b() {}, c: () => d }'],
    ['const { a, b } = c'],
  ],
  sql: [
    ['sql`delete from a where b = ${c}`', 'sql`delete from a `'],
    [
      'sql`select a from b where c = ${d} and e = ${f} order by g`',
      'sql`select a from b where e = ${f} order by g`',
      'sql`select a from b where c = ${d} order by g`',
    ],
    [
      'sql`x where (a or b and c) and d`',
      'sql`x where d`',
      'sql`x where (a and c) and d`',
      'sql`x where (a or b ) and d`',
      'sql`x where (a or b and c) `',
    ],
    ['sql`x where a between 1 and 2 and b`', 'sql`x where b`', 'sql`x where a between 1 and 2 `'],
    [
      'sql`a join b on c = d and e = f where g`',
      'sql`a join b on e = f where g`',
      'sql`a join b on c = d where g`',
      'sql`a join b on c = d and e = f `',
    ],
    ['sql`insert into a on conflict (b) do nothing`'],
    ['sql`a where b = ${c ? ` and d` : e}`', 'sql`a `'],
    ['html`where a and b`'],
  ],
}
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: they are sources

for (const [operator, rows] of Object.entries(table))
  suite(operator, () => {
    for (const [source, ...mutants] of rows)
      test(source, () => {
        assert.deepEqual(made(operator, source).toSorted(), mutants.toSorted())
        for (const mutant of mutants) assert.ok(isProgram(mutant), mutant)
      })
  })

test('a mutant is named by its lines and its file', () => {
  const source = '/** x */\nfunction a() {\n  return (\n    b <\n    c\n  )\n}\n'
  const [mutant] = mutantsOf('src/a.ts', source).filter(({ operator }) => operator === 'comparison')
  assert.deepEqual([mutant?.file, mutant?.line, mutant?.change], ['src/a.ts', 4, 'b < ⇒ b <='])
  assert.equal(mutant?.at, source.indexOf('b <'), 'it runs when its left side does')
  assert.equal(mutantsOf('src/a.ts', 'const a = b < c')[0]?.at, undefined, 'it runs when the source is loaded')
})

test('what is not a program is recognised', () => {
  assert.equal(isProgram('const a: number = 1'), true)
  assert.equal(isProgram('const = 1'), false)
})

const texts: Readonly<Record<string, string>> = {
  'src/a.ts': 'export const a = (b: number) => b < 1 && b > 0 && !b\n',
  'src/folder/b.ts': 'export function b() { return c ?? d }\n',
  'src/folder/b.test.ts': 'a < b\n',
}
const checkout: Checkout = {
  files: Object.keys(texts),
  tests: [],
  hashOf: () => '',
  keyOf: () => '',
  textOf: (file) => texts[file] as string,
}
const drawn = (seed: string, count: number) =>
  sample(allMutants(checkout, ['src'], []), {
    seed,
    count,
    textOf: checkout.textOf,
    isAllowed: async ({ operator }) => operator !== 'negation',
  })

test('the same seed draws the same mutants, another others, and a larger sample has the smaller', async () => {
  const [six, twelve] = [await drawn('1', 6), await drawn('1', 12)]
  assert.deepEqual(await drawn('1', 6), six)
  assert.deepEqual(twelve.slice(0, 6), six)
  assert.notDeepEqual(await drawn('2', 6), six)
  assert.equal(new Set(six.slice(0, 4).map(({ operator }) => operator)).size, 4, 'each operator has its turn')
  const everything = (await drawn('1', 1000)).map(({ operator }) => operator)
  assert.ok(everything.includes('logic') && !everything.includes('negation'), 'what is refused is not drawn')
})

test('only sources of the folder are changed, and nothing that is equivalent', async () => {
  const files = (folder: string) => new Set(allMutants(checkout, [folder], []).map(({ file }) => file))
  assert.deepEqual(files('src/folder'), new Set(['src/folder/b.ts']))
  const { file, operator, change } = (await drawn('1', 1))[0]!
  const left = allMutants(checkout, ['src'], [{ file, operator, change, reason: 'for this test' }])
  assert.ok(!left.some((mutant) => mutant.file === file && mutant.operator === operator && mutant.change === change))
  assert.throws(() => allMutants(checkout, ['src'], [{ file, operator, change: 'gone', reason: 'for this test' }]), /no longer there/)
  assert.ok(allMutants(checkout, ['src/folder'], [{ file: 'src/a.ts', operator, change: 'gone', reason: 'elsewhere' }]).length > 0)
})

test('the innermost range has how often something ran, in all processes together', () => {
  const ranges = {
    'src/a.ts': [
      [0, 100, 1, 10, 50, 5, 20, 30, 0],
      [0, 100, 2],
    ],
  }
  const count = (at: number | undefined) => hits({ duration: 0, calls: 0, ranges }, { file: 'src/a.ts', at })
  assert.deepEqual([count(5), count(15), count(25), count(30), count(100), count(undefined)], [3, 7, 2, 7, 0, 8])
  assert.equal(hits({ duration: 0, calls: 0, ranges }, { file: 'src/b.ts', at: 5 }), 0)
})

test('what is known of a source is moved along with its text', () => {
  const move = moveBetween('one two three', 'one 2, 2 three')
  assert.deepEqual([move(3, false), move(5, false), move(5, true), move(7, false), move(13, true)], [3, 4, 8, 8, 14])
})

test('tests are tried in the order of how much they are about the mutant', () => {
  const testFile = (path: string, starts: readonly string[] = []): TestFile => ({
    path,
    needsPostgres: false,
    needsBrowser: false,
    imports: new Set(),
    starts: new Set(starts),
  })
  const known = (path: string, count: number, calls: number) => ({
    test: testFile(path),
    coverage: { duration: 1, calls, ranges: { 'src/a.ts': [[0, 100, count]] } },
  })
  const all = [
    known('test/much.test.ts', 50, 1000),
    known('test/few.test.ts', 9, 10),
    known('test/none.test.ts', 0, 10),
    known('src/a.test.ts', 1, 100),
    known('src/b.test.ts', 1, 1000),
  ]
  const [mutant] = mutantsOf('src/a.ts', texts['src/a.ts'] as string)
  assert.deepEqual(
    testsFor(mutant!, all).map(({ path }) => path),
    ['src/a.test.ts', 'src/b.test.ts', 'test/few.test.ts', 'test/much.test.ts'],
  )
  const starter = { test: testFile('test/process.test.ts', ['src/main.ts']), coverage: { duration: 1, calls: 0, ranges: {} } }
  assert.deepEqual(testsFor({ ...mutant!, file: 'src/main.ts' }, [...all, starter]), [starter.test])
})
