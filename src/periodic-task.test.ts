import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { periodicTask } from './periodic-task.ts'
import type { Log } from './web/http/deps.ts'

/** A task every 5 seconds, whose work the test ends, in a time that it moves. */
function stage(t: TestContext) {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const begun: PromiseWithResolvers<void>[] = []
  const warnings: unknown[] = []
  const work = () => {
    const one = Promise.withResolvers<void>()
    begun.push(one)
    return one.promise
  }
  const task = periodicTask(5, work, { warn: (what: { err: Error }) => warnings.push(what.err.message) } as unknown as Log)
  /** Lets what has ended be noticed. */
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
  return { task, begun, warnings, turn, pass: (seconds: number) => t.mock.timers.tick(seconds * 1000) }
}

test('the work is done at each interval, never twice at once', async (t) => {
  const { task, begun, turn, pass } = stage(t)
  pass(4)
  assert.equal(begun.length, 0)
  pass(1)
  assert.equal(begun.length, 1)
  pass(10)
  assert.equal(begun.length, 1, 'it is still under way')
  begun[0]!.resolve()
  await turn()
  pass(5)
  assert.equal(begun.length, 2)
  begun[1]!.resolve()
  await task.stop()
})

test('a failure is told, and the work is tried again', async (t) => {
  const { task, begun, warnings, turn, pass } = stage(t)
  pass(5)
  begun[0]!.reject(new Error('the disk is full'))
  await turn()
  assert.deepEqual(warnings, ['the disk is full'])
  pass(5)
  assert.equal(begun.length, 2)
  begun[1]!.resolve()
  await task.stop()
})

test('when it is stopped, work under way is waited for, and none begins', async (t) => {
  const { task, begun, turn, pass } = stage(t)
  pass(5)
  let stopped = false
  const stopping = task.stop().then(() => {
    stopped = true
  })
  await turn()
  assert.equal(stopped, false)
  begun[0]!.resolve()
  await stopping
  pass(50)
  assert.equal(begun.length, 1)
})
