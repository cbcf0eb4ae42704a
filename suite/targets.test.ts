/** Runs the suite against its targets; the only failures are the documented differences. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { parse } from 'yaml'
import { freshPostgres } from '../test/postgres.ts'
import { catalogue, select } from './src/catalogue.ts'
import type { NamedCheck } from './src/check.ts'
import { runChecks } from './src/run.ts'
import { startGatehouse } from './src/target/gatehouse.ts'
import { startOidcProvider } from './src/target/oidc-provider.ts'
import type { RunningTarget } from './src/target/target.ts'

const all = await catalogue()

suite('targets', { concurrency: false }, () => {
  test('oidc-provider keeps every clause but those of its list', async () => {
    await assertKnown(await startOidcProvider(), all)
  })

  test('Gatehouse on SQLite keeps what is asked most often', async () => {
    const part = select(all, { spec: ['RFC 6749', 'RFC 7636', 'RFC 9207'] })
    await assertKnown(await startGatehouse(), part)
  })

  test('Gatehouse on PostgreSQL spends and takes back tokens', async () => {
    const { url, drop } = await freshPostgres()
    const part = select(all, { only: ['race', 'once', 'revoke', 'replay', 'userinfo', 'rp-initiated-logout'] })
    await assertKnown(await startGatehouse({ database: url }), part)
    await drop()
  })
})

/** Failures and documented differences must be the same. */
async function assertKnown(target: RunningTarget, checks: readonly NamedCheck[]): Promise<void> {
  const file = new URL(`differences/${target.name}.yaml`, import.meta.url)
  const known: Record<string, string> = parse(readFileSync(file, 'utf8'))
  try {
    const { results, notRun } = await runChecks({ checks, target, seconds: 400 })
    const wrong = results.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn')
    const told = wrong.filter(({ id }) => !(id in known)).map(({ id, reasons }) => `${id}: ${reasons.join('; ')}`)
    const kept = Object.keys(known).filter((id) => results.some((result) => result.id === id) && !wrong.some((result) => result.id === id))
    assert.deepEqual([told, kept, notRun], [[], [], []])
    assert.ok(results.filter(({ verdict }) => verdict === 'pass').length > 20)
  } finally {
    await target.stop()
  }
}
