import assert from 'node:assert/strict'
import { test } from 'node:test'
import { madeOnUse } from './made-on-use.ts'

interface Parts {
  one: { n: number }
  two: number
  nothing: undefined
}

function counted() {
  const made: string[] = []
  const whole = madeOnUse<{ n: number }, Parts>({
    one: ({ n }) => {
      made.push('one')
      return { n }
    },
    two: ({ one }) => {
      made.push('two')
      return one.n * 2
    },
    nothing: () => {
      made.push('nothing')
      return undefined
    },
  })
  return { made, whole }
}

test('a part is made when it is read, from the whole and the parts it uses, and once', () => {
  const { made, whole } = counted()
  const [first, second] = [whole({ n: 1 }), whole({ n: 2 })]
  assert.deepEqual([made, first.n, 'two' in first], [[], 1, true])
  assert.deepEqual([first.two, first.two, second.one.n, first.nothing, first.nothing], [2, 2, 2, undefined, undefined])
  assert.deepEqual(made, ['one', 'two', 'one', 'nothing'])
})

test('what inherits from a whole shares its parts', () => {
  const { made, whole } = counted()
  const one = whole({ n: 1 })
  const heir = Object.create(one, { n: { value: 5 } })
  assert.equal(heir.one, one.one)
  assert.deepEqual([heir.two, made], [2, ['one', 'two']])
})

test('a part that cannot be made is made when it is read again, and the others are not touched', () => {
  let isBroken = true
  const whole = madeOnUse<object, { part: object; other: object }>({
    part: () => {
      if (isBroken) throw new Error('not now')
      return {}
    },
    other: () => ({}),
  })
  const one = whole({})
  const { other } = one
  assert.throws(() => one.part, { message: 'not now' })
  isBroken = false
  assert.ok(one.part)
  assert.equal(one.part, one.part)
  assert.equal(one.other, other)
})
