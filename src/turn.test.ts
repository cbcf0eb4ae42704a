import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endOfTurn } from './turn.ts'

test('all who wait in one turn go on together, step by step, and the next ones in the next turn', async () => {
  const turnEnds = endOfTurn()
  const steps: string[] = []
  const twoSteps = async (name: string) => {
    await turnEnds()
    steps.push(`${name}1`)
    await undefined
    steps.push(`${name}2`)
  }
  const first = [twoSteps('a'), twoSteps('b')]
  assert.deepEqual(steps, [])
  await Promise.all(first)
  assert.deepEqual(steps, ['a1', 'b1', 'a2', 'b2'])
  await twoSteps('c')
  assert.deepEqual(steps.slice(4), ['c1', 'c2'])
})
