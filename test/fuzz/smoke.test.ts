/** A short run of the fuzzer with a fixed seed; `npm run test:fuzz` runs longer. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { engines } from '../postgres.ts'
import { fuzz } from './driver.ts'
import { isFilled } from './endpoints.ts'
import { describe } from './report.ts'
import type { ServedRoute } from './routes.ts'
import { tour } from './tour.ts'

for (const engine of Object.keys(engines) as (keyof typeof engines)[]) {
  test(`120 hostile requests show no fault on ${engine}`, async () => {
    const { report, requests } = await fuzz({ engine, seed: 8, requests: 120, seconds: 500 })
    assert.deepEqual(report.faults().map(describe), [])
    assert.equal(requests, 120)
  })
}

/** Routes that need not accept a request here, with the reason. Forms that only a page fills in are left to the longer runs. */
const excepted: Readonly<Record<string, string>> = {
  'GET /backchannel_authentication/approve': 'its address is in a mail',
  'GET /link': 'its address is in a mail',
  'GET /sign-up/confirm': 'its address is in a mail',
  'POST /api/v1/auth/me/password': 'would sign out the administrator who calls the others',
}

test('every route accepts a request that the fuzzer begins with', async (at) => {
  const isWanted = (route: ServedRoute) => isFilled(route) && !Object.hasOwn(excepted, `${route.method} ${route.path}`)
  const report = await tour({ engine: 'sqlite', seed: 8 }, isWanted, (method, never) =>
    at.test(`${method} is accepted by each`, () => assert.deepEqual(never, [])),
  )
  assert.deepEqual(report.faults().map(describe), [])
})
