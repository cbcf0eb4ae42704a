/** A short run of the fuzzer with a fixed seed; `npm run test:fuzz` runs longer. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { engines } from '../postgres.ts'
import { fuzz } from './driver.ts'
import { describe } from './report.ts'

for (const engine of Object.keys(engines) as (keyof typeof engines)[]) {
  test(`120 hostile requests show no fault on ${engine}`, async () => {
    const { report, requests } = await fuzz({ engine, seed: 8, requests: 120, seconds: 500 })
    assert.deepEqual(report.faults().map(describe), [])
    assert.equal(requests, 120)
  })
}
