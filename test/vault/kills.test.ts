/** A server process that is killed in mid-refresh: some of the many times that `npm run test:vault` does it. */
import { test } from 'node:test'
import type { Engine } from '../app.ts'
import { engines } from '../postgres.ts'
import { killServers } from './kills.ts'

for (const engine of Object.keys(engines) as Engine[])
  test(`${engine}: killed in the middle of a refresh, no entry is lost that could be kept`, async () => {
    await killServers({ engine, seed: 1, kills: 3 })
  })
