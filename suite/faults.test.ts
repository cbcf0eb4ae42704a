/** Mutation tests of the checks: one fault at a time is put into a good server, and the checks must fail. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { after, before, suite, test } from 'node:test'
import { parse } from 'yaml'
import { type Fault, faulty } from './faults/fault.ts'
import { faults, gatehouseFaults } from './faults/index.ts'
import { catalogue } from './src/catalogue.ts'
import { runChecks } from './src/run.ts'
import { startGatehouse } from './src/target/gatehouse.ts'
import { startOidcProvider } from './src/target/oidc-provider.ts'
import type { RunningTarget, Target } from './src/target/target.ts'

const all = await catalogue()

/** The checks of a fault that do not notice it. */
async function missed({ caughtBy }: Fault, target: Target): Promise<string[]> {
  const checks = all.filter(({ id }) => caughtBy.includes(id))
  assert.equal(checks.length, caughtBy.length, 'every id is that of a check')
  const { results } = await runChecks({ checks, target, seconds: 60 })
  return results.filter(({ verdict }) => verdict !== 'fail' && verdict !== 'warn').map(({ id, verdict }) => `${id}: ${verdict}`)
}

/** Checks that no fault can test here, and why. */
const unproven: Readonly<Record<string, string>> = {
  'openid-connect-core/request-objects-are-refused-where-unsupported': 'oidc-provider takes request objects',
  'openid-connect-core/request-uris-are-refused-where-unsupported': 'oidc-provider takes pushed requests',
  'rfc8414/issuer-is-https': 'oidc-provider is started without TLS',
  'rfc8725/forged-access-tokens': 'its access tokens for UserInfo are no JWTs',
  'rfc8725/secrets-of-clients-sign-nothing-else': 'neither server offers ID tokens that are signed with the secret of a client',
}

test('every check that a good server passes fails for some fault', () => {
  const known: object = parse(readFileSync(new URL('differences/oidc-provider.yaml', import.meta.url), 'utf8'))
  const noticing = new Set([...faults, ...gatehouseFaults].flatMap(({ caughtBy }) => caughtBy))
  const others = all.map(({ id }) => id).filter((id) => !noticing.has(id) && !(id in known))
  assert.deepEqual(others, Object.keys(unproven))
})

suite('a server is caught that', { concurrency: 4 }, () => {
  for (const fault of faults) {
    test(fault.name, async () => {
      const target = await startOidcProvider(faulty(fault))
      try {
        assert.deepEqual(await missed(fault, target), [])
      } finally {
        await target.stop()
      }
    })
  }
})

/** One server for all faults, which are put into it in turn. That it is caught by nothing without one, `targets.test.ts` shows. */
suite('a Gatehouse is caught that', { concurrency: false }, () => {
  let target: RunningTarget
  /** Of the server and of the API. */
  const listeners: { honest: RequestListener; current: RequestListener }[] = []

  before(async () => {
    target = await startGatehouse({
      around(listener) {
        const one = { honest: listener, current: listener }
        listeners.push(one)
        return (request, response) => one.current(request, response)
      },
    })
  })
  after(() => target.stop())

  for (const fault of gatehouseFaults) {
    test(fault.name, async () => {
      for (const one of listeners) one.current = faulty(fault)(one.honest)
      assert.deepEqual(await missed(fault, target), [])
    })
  }
})
