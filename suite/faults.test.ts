/** Mutation tests of the checks: one fault at a time is put into a good server, and the checks must fail. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { parse } from 'yaml'
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

/** Checks that no fault can test here, and why. */
const unproven: Readonly<Record<string, string>> = {
  'openid-connect-core/request-objects-are-refused-where-unsupported': 'oidc-provider takes request objects',
  'openid-connect-core/request-uris-are-refused-where-unsupported': 'oidc-provider takes pushed requests',
  'rfc8414/issuer-is-https': 'oidc-provider is started without TLS',
  'rfc8725/forged-access-tokens': 'its access tokens for UserInfo are no JWTs',
}

test('every check that a good server passes fails for some fault', () => {
  const known: object = parse(readFileSync(new URL('differences/oidc-provider.yaml', import.meta.url), 'utf8'))
  const noticing = new Set(faults.flatMap(({ caughtBy }) => caughtBy))
  const others = all.map(({ id }) => id).filter((id) => !noticing.has(id) && !(id in known))
  assert.deepEqual(others, Object.keys(unproven))
})

suite('a server is caught that', { concurrency: false }, () => {
  for (const fault of faults) {
    test(fault.name, async () => {
      const results = await verdictsOn(fault, faulty(fault))
      const missed = results.filter(({ verdict }) => verdict !== 'fail' && verdict !== 'warn').map(({ id, verdict }) => `${id}: ${verdict}`)
      assert.deepEqual(missed, [])
    })
  }
})
