import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backgroundTasks } from './background-tasks.ts'

test('two hundred are started at once, further ones are told of and left', async () => {
  const told: object[] = []
  const tasks = backgroundTasks((problem, text) => told.push({ ...problem, text }))
  const gate = Promise.withResolvers<void>()
  let begun = 0
  const work = () => {
    begun++
    return gate.promise
  }
  for (let i = 0; i < 201; i++) tasks.start(work)
  assert.deepEqual(told, [{ waiting: 200, text: 'too much work is waiting; a message is not sent before its next turn' }])
  gate.resolve()
  await tasks.drain()
  assert.equal(begun, 200)
  tasks.start(work)
  await tasks.drain()
  assert.equal(begun, 201)
})

test('a failure is told without its text, and ends nothing else', async () => {
  const told: object[] = []
  const tasks = backgroundTasks((problem, text) => told.push({ ...problem, text }))
  tasks.start(() => Promise.reject(Object.assign(new Error('a secret'), { code: 'EENVELOPE', responseCode: 550 })))
  tasks.start(async () => told.push({ text: 'done' }))
  await tasks.drain()
  assert.deepEqual(
    told.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
    [{ code: 'EENVELOPE', response: 550, text: 'work after an answer failed' }, { text: 'done' }],
  )
})
