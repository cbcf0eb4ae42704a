import assert from 'node:assert/strict'
import { test } from 'node:test'
import { duration } from './duration.ts'

test('durations are written with a unit, and are at most ten years', () => {
  const rows: [text: string, seconds: number | undefined][] = [
    ['1s', 1],
    ['90s', 90],
    ['30m', 1800],
    ['24h', 86_400],
    ['90d', 7_776_000],
    ['3650d', 315_360_000],
    ['315360000s', 315_360_000],
    ['315360001s', undefined],
    ['3651d', undefined],
    ['0s', undefined],
    ['1w', undefined],
    ['30', undefined],
    ['m', undefined],
    ['1.5h', undefined],
    ['-1s', undefined],
    [' 1s', undefined],
    ['', undefined],
  ]
  for (const [text, seconds] of rows)
    if (seconds === undefined) assert.throws(() => duration(text), /write a duration such as/, text)
    else assert.equal(duration(text), seconds, text)
})
