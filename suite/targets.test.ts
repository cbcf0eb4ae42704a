/** Runs the suite against its targets; the only failures are the documented differences. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { parse } from 'yaml'
import { freshPostgres } from '../test/postgres.ts'
import { gatehouseFaults } from './faults/index.ts'
import { catalogue, select } from './src/catalogue.ts'
import type { NamedCheck } from './src/check.ts'
import { runChecks } from './src/run.ts'
import { startGatehouse } from './src/target/gatehouse.ts'
import { startOidcProvider } from './src/target/oidc-provider.ts'
import type { RunningTarget } from './src/target/target.ts'

const all = await catalogue()

/** Checks in one test, so that a run is not silent for long. */
const atMost = 40

// Much of the time is waiting.
suite('the suite judges', { concurrency: 3 }, () => {
  suite('oidc-provider keeps every clause but those of its list', { concurrency: false }, () => {
    keeps('oidc-provider', all, () => startOidcProvider())
  })

  suite('Gatehouse on SQLite keeps what is asked most often, and what faults are put into it for', { concurrency: false }, () => {
    const often = select(all, { spec: ['RFC 6749', 'RFC 7636', 'RFC 9207'] })
    const faulty = new Set(gatehouseFaults.flatMap(({ caughtBy }) => caughtBy))
    const part = all.filter((check) => often.includes(check) || faulty.has(check.id))
    keeps('gatehouse', part, () => startGatehouse())
  })

  suite('Gatehouse on PostgreSQL, as two nodes, spends and takes back tokens', { concurrency: false }, () => {
    let drop: () => Promise<void>
    const part = select(all, { only: ['race', 'once', 'revoke', 'replay', 'userinfo', 'rp-initiated-logout'] })
    keeps('gatehouse', part, async () => {
      const database = await freshPostgres()
      drop = database.drop
      return startGatehouse({ database: database.url, nodes: 2 })
    })
    after(() => drop())
  })
})

/** Failures and documented differences must be the same. */
function keeps(name: string, checks: readonly NamedCheck[], start: () => Promise<RunningTarget>): void {
  const known: Record<string, string> = parse(readFileSync(new URL(`differences/${name}.yaml`, import.meta.url), 'utf8'))
  let target: RunningTarget
  before(async () => {
    target = await start()
  })
  after(() => target.stop())
  for (let n = 0; n < checks.length; n += atMost) {
    const some = checks.slice(n, n + atMost)
    test(`from ${some[0]!.id} on`, async () => {
      const { results, notRun } = await runChecks({ checks: some, target, seconds: 300 })
      const wrong = results.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn')
      const told = wrong.filter(({ id }) => !(id in known)).map(({ id, reasons }) => `${id}: ${reasons.join('; ')}`)
      const kept = some.map(({ id }) => id).filter((id) => id in known && !wrong.some((result) => result.id === id))
      assert.deepEqual([told, kept, notRun], [[], [], []])
    })
  }
}
