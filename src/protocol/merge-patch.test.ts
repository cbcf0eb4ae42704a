import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { mergePatch, mergePatchOf } from './merge-patch.ts'

/** The cases of RFC 7396 appendix A whose target and patch are objects. */
const cases: [before: object, patch: object, after: object][] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
]
for (const [before, patch, after] of cases)
  test(`${JSON.stringify(before)} with ${JSON.stringify(patch)}`, () => {
    const kept = structuredClone(before)
    assert.deepEqual(mergePatch(before as never, patch as never), after)
    assert.deepEqual(before, kept)
  })

test('a patch cannot name unknown members, does not set what it does not name, and cannot reach the prototype', () => {
  const form = z.strictObject({
    a: z.string().min(2).default('usual'),
    inner: z.strictObject({ b: z.int().optional() }).prefault({}),
    more: z.record(z.string(), z.string()),
  })
  const patch = mergePatchOf(form)
  assert.deepEqual(patch.parse({}), {})
  assert.deepEqual(patch.parse({ a: null, inner: { b: null }, more: { x: null } }), { a: null, inner: { b: null }, more: { x: null } })
  for (const wrong of [{ a: 'x' }, { c: 1 }, { inner: { c: 1 } }, { inner: { b: 'x' } }, { more: { x: 1 } }])
    assert.ok(!patch.safeParse(wrong).success)
  const evil = JSON.parse('{"__proto__": {"admin": true}}')
  assert.equal((mergePatch({}, evil) as { admin?: boolean }).admin, undefined)
  assert.equal(({} as { admin?: boolean }).admin, undefined)
})
