import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { IdentityStore } from '../identity/store.ts'
import { backgroundTasks } from './background-tasks.ts'
import { attemptSoon, telling } from './soon.ts'

const ids = (n: number) => Array.from({ length: n }, (_, i) => `m${i}`)

test('fifty messages are attempted before the answer, and nothing is started for none', async () => {
  const attempted: [string, readonly string[]][] = []
  const failures: unknown[] = []
  const tasks = backgroundTasks((what) => failures.push(what))
  const soon = attemptSoon({ deliverThese: async (...what) => void attempted.push(what) }, tasks)
  await soon('acme', [])
  await tasks.drain()
  assert.deepEqual(attempted, [])
  await soon('acme', ids(51))
  assert.deepEqual(attempted, [['acme', ids(50)]])
  const failing = attemptSoon({ deliverThese: async () => Promise.reject(new Error('no')) }, tasks)
  await failing('acme', ids(1))
  await tasks.drain()
  assert.equal(failures.length, 1)
})

test('an answer waits for two seconds at most, while the attempts go on', async () => {
  const gate = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const tasks = backgroundTasks(() => {})
  let isDone = false
  const soon = attemptSoon(
    {
      async deliverThese() {
        begun.resolve()
        await gate.promise
        isDone = true
      },
    },
    tasks,
  )
  const from = performance.now()
  await soon('acme', ['m'])
  assert.ok(performance.now() - from >= 1900)
  await begun.promise
  assert.equal(isDone, false)
  gate.resolve()
  await tasks.drain()
  assert.equal(isDone, true)
})

test('who ends sessions is answered when their applications were told', async () => {
  const order: unknown[] = []
  const ended = [{ messages: ['m1', 'm2'] }, { messages: [] }, { messages: ['m3'] }]
  const sessions = {
    of: () => 'as before',
    end: async (which: unknown) => {
      order.push(which)
      return ended
    },
  } as unknown as IdentityStore['sessions']
  const told = telling(sessions, async (all) => {
    await new Promise((resolve) => setImmediate(resolve))
    order.push(all)
  })
  const which = { subject: 'ada' } as never
  assert.equal(await told.end(which), ended)
  assert.deepEqual(order, [which, ['m1', 'm2', 'm3']])
  assert.equal(told.of, sessions.of)
})
