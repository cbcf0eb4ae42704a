import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Busy, workQueue } from './work-queue.ts'

/** Work that ends on command, with a clock that moves on command. */
function workshop(options: { width: number; mean?: number; maxWait?: number }) {
  let time = 0
  const queue = workQueue({ mean: 100, maxWait: 1000, ...options, clock: () => time })
  const begun: number[] = []
  const ends: (() => void)[] = []
  const start = (id: number) =>
    queue.run(async () => {
      begun.push(id)
      await new Promise<void>((resolve) => ends.push(resolve))
      return id
    })
  const finishOne = async (took = 100) => {
    time += took
    ends.shift()!()
    await new Promise(setImmediate)
  }
  return { queue, begun, start, finishOne }
}

test('a fixed number runs at once, the others in order of arrival', async () => {
  const { queue, begun, start, finishOne } = workshop({ width: 2 })
  const all = [1, 2, 3, 4, 5].map(start)
  await new Promise(setImmediate)
  assert.deepEqual(begun, [1, 2])
  assert.deepEqual(queue.load(), { running: 2, waiting: 3, done: 0 })
  await finishOne()
  assert.deepEqual(begun, [1, 2, 3])
  assert.deepEqual(queue.load(), { running: 2, waiting: 2, done: 1 })
  for (let i = 0; i < 4; i++) await finishOne()
  assert.deepEqual(await Promise.all(all), [1, 2, 3, 4, 5])
  assert.deepEqual(queue.load(), { running: 0, waiting: 0, done: 5 })
})

test('work that would wait too long is refused at once, with the time to retry', async () => {
  const { queue, start, finishOne } = workshop({ width: 2, mean: 100, maxWait: 1000 })
  const all = Array.from({ length: 2 + 20 }, (_, i) => start(i)) // 20 × 100 ms / 2 = 1 s
  await assert.rejects(start(99), (error: Error) => error instanceof Busy && error.retryAfter === 2)
  assert.deepEqual(queue.load(), { running: 2, waiting: 20, done: 0 })
  await new Promise(setImmediate)
  await finishOne()
  all.push(start(100)) // there is a free slot again
  for (let i = 0; i < 22; i++) await finishOne()
  await Promise.all(all)
})

test('it measures how long the work takes', async () => {
  const { start, finishOne } = workshop({ width: 1, mean: 100, maxWait: 1000 })
  for (let i = 0; i < 100; i++) {
    const one = start(i)
    await new Promise(setImmediate)
    await finishOne(500)
    await one
  }
  const all = [start(1), start(2)] // one runs, one waits about 500 ms
  await assert.rejects(Promise.all([start(3), start(4)]), Busy)
  await new Promise(setImmediate)
  for (let i = 0; i < 3; i++) await finishOne()
  await Promise.all(all)
})

test('failed work frees its slot', async () => {
  const { queue } = workshop({ width: 1 })
  const failing = queue.run(() => Promise.reject(new Error('work')))
  const next = queue.run(async () => 'done')
  await assert.rejects(failing, /work/)
  assert.equal(await next, 'done')
  assert.deepEqual(queue.load(), { running: 0, waiting: 0, done: 2 })
})
