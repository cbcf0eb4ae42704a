/** Servers with one guard less: what the script takes out, and that a check notices. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mutate } from '../../test/mutation/mutants.ts'
import { variantsOf } from './guards.ts'
import { allVariants, drawn } from './pool.ts'
import { reportOf } from './report.ts'

const source = `/** RFC 0 */
function redeem(code, client) {
  if (code.used || code.expired) refuse('invalid_grant', 'the code is used') // §4.1.2
  if (client.isPublic) refuse('invalid_client', 'its clause is not cited')
  const wanted = code.scope.length > 0 ? code.scope : refuse('invalid_scope', 'there is none') // §3.3
  if (code.scope === '') return undefined // §3.3: no refusal
  return wanted
}

/** §5.2 */
function bind(key) {
  if (!key) throw new OAuthError('invalid_request', 'send a key')
}
`

test('a guard is a refusal of a rule that cites its clause, and each of its conditions', () => {
  assert.deepEqual(
    variantsOf('a.ts', source).map(({ line, kind, guard }) => [line, kind, guard.slice(0, 12)]),
    [
      [3, 'refusal', 'if (code.use'],
      [3, 'condition', 'code.used'],
      [3, 'condition', 'code.expired'],
      [5, 'refusal', 'code.scope.l'],
      [12, 'refusal', 'if (!key) th'],
    ],
  )
  const [, , expired] = variantsOf('a.ts', source)
  assert.match(mutate(expired!, source), /if \(code\.used \|\| false\) refuse/)
})

test('there are enough of them, the same seed draws the same, and each named survivor is still there', async () => {
  const all = allVariants()
  assert.ok(all.length > 200)
  assert.deepEqual(drawn(all, 'a', 20), drawn(all, 'a', 20))
  assert.notDeepEqual(drawn(all, 'a', 20), drawn(all, 'b', 20))
  const { default: excused } = await import('./survivors.json', { with: { type: 'json' } })
  const gone = excused.filter((one) => !all.some(({ file, kind, guard }) => file === one.file && kind === one.kind && guard === one.guard))
  assert.deepEqual(gone, [])
})

test('the report names each survivor, with its reason if there is one', () => {
  const [one, two, three] = variantsOf('a.ts', source)
  const excused = [{ file: 'a.ts', kind: 'condition', guard: 'code.used', reason: 'Refused twice.' } as const]
  const tried = [
    { variant: one!, by: 'rfc0/one', checks: 1 },
    { variant: two!, by: undefined, checks: 1 },
    { variant: three!, by: undefined, checks: 0 },
  ]
  const text = reportOf(tried, { chosen: 3, reached: tried.map(({ variant }) => variant), all: [], seed: 's', excused })
  assert.match(text, /code\.used\n +Refused twice\.\n/)
  assert.match(text, /code\.expired\n +no check makes it refuse\n/)
  assert.match(text, /together +1 of +3 +33\.3 %/)
  assert.match(text, /but for those with a reason +1 of +2 +50\.0 %/)
})
