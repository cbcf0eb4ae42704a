/** How long a provider that fails is left alone. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backOff } from './back-off.ts'

/** With a clock that the test moves. */
function world(chance = 1) {
  const clock = { now: 1000 }
  return { clock, pauses: backOff({ now: () => clock.now, chance: () => chance }) }
}

test('the pause doubles with each failure, up to five minutes, and ends with a success', () => {
  const { clock, pauses } = world()
  assert.equal(pauses.wait('a'), undefined)
  for (const pause of [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]) {
    assert.equal(pauses.failed('a'), pause)
    assert.equal(pauses.wait('a'), pause)
    clock.now += pause - 1
    assert.equal(pauses.wait('a'), 1)
    clock.now += 1
    assert.equal(pauses.wait('a'), undefined)
  }
  pauses.failed('a')
  pauses.succeeded('a')
  assert.equal(pauses.wait('a'), undefined)
  pauses.failed('a')
  assert.equal(pauses.wait('a'), 2, 'it starts anew')
})

test('each connection has its own', () => {
  const { pauses } = world()
  pauses.failed('a')
  assert.equal(pauses.wait('b'), undefined)
  pauses.succeeded('b')
  assert.equal(pauses.wait('a'), 2)
})

test('chance shortens it by half at most', () => {
  const { pauses } = world(0)
  for (const pause of [1, 2, 4]) {
    pauses.failed('a')
    assert.equal(pauses.wait('a'), pause)
  }
})
