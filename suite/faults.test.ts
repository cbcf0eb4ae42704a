/** The judge is judged: a good server is spoilt in one thing at a time, and the checks must notice. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type Fault, faulty } from './faults/fault.ts'
import { faults } from './faults/index.ts'
import { catalogue } from './src/catalogue.ts'
import { runChecks } from './src/run.ts'
import { startOidcProvider } from './src/target/oidc-provider.ts'

const all = await catalogue()

async function verdictsOn({ caughtBy }: Fault, around?: Parameters<typeof startOidcProvider>[0]) {
  const target = await startOidcProvider(around)
  try {
    const checks = all.filter(({ id }) => caughtBy.includes(id))
    assert.equal(checks.length, caughtBy.length, 'every id is that of a check')
    return (await runChecks({ checks, target, seconds: 60 })).results
  } finally {
    await target.stop()
  }
}

suite('a server that has', { concurrency: false }, () => {
  for (const fault of faults) {
    test(fault.name, async () => {
      const results = await verdictsOn(fault, faulty(fault))
      const missed = results.filter(({ verdict }) => verdict !== 'fail' && verdict !== 'warn').map(({ id, verdict }) => `${id}: ${verdict}`)
      assert.deepEqual(missed, [])
    })
  }
})
