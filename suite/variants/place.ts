/** A Gatehouse in a copy of the checkout, which is started anew for each variant on the same data. */
import { cpSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Copy } from '../../test/mutation/copies.ts'
import type { Coverage } from '../../test/mutation/coverage.ts'
import type { NamedCheck } from '../src/check.ts'
import { Unjudgeable } from '../src/errors.ts'
import type { Result } from '../src/report/report.ts'
import { runChecks } from '../src/run.ts'
import { type PreparedGatehouse, prepareGatehouse } from '../src/target/gatehouse.ts'
import { freePort } from '../src/target/proxy.ts'
import { openReach } from './reach.ts'

const database = 'gatehouse.db'
/** For the checks of one variant. */
const seconds = 180

export interface Place {
  /** What each check runs, and whether a good server passes it. */
  learn(checks: readonly NamedCheck[]): AsyncGenerator<Known>
  /** The first check that notices the changed source; undefined if none does. */
  try(file: string, changed: string, original: string, checks: readonly NamedCheck[]): Promise<string | undefined>
  remove(): void
}

export interface Known {
  check: NamedCheck
  passes: boolean
  coverage: Coverage
}

export async function openPlace(copy: Copy): Promise<Place> {
  const gatehouse = await prepareGatehouse({})
  const { folder, target, remove } = gatehouse
  const kept = join(copy.temporary, 'data')
  for (const end of ['', '-wal', '-shm']) copyIfThere(join(folder, database + end), join(kept, database + end))
  const reset = () => {
    for (const end of ['', '-wal', '-shm']) {
      rmSync(join(folder, database + end), { force: true })
      copyIfThere(join(kept, database + end), join(folder, database + end))
    }
  }
  return {
    learn: (checks) => learn(gatehouse, copy, checks),
    async try(file, changed, original, checks) {
      reset()
      copy.write(file, changed)
      try {
        const server = await gatehouse.serve({ from: copy.path })
        try {
          return noticed((await runChecks({ checks, target, failFast: true, seconds })).results)?.id
        } finally {
          await server.stop()
        }
      } catch (error) {
        if (error instanceof Unjudgeable) return 'the start of the server'
        throw error
      } finally {
        copy.write(file, original)
      }
    },
    remove,
  }
}

function copyIfThere(from: string, to: string): void {
  if (existsSync(from)) cpSync(from, to)
}

function noticed(results: readonly Result[]): Result | undefined {
  return results.find(({ verdict }) => verdict === 'fail' || verdict === 'warn')
}

/** One check at a time. */
async function* learn({ serve, target }: PreparedGatehouse, { path }: Copy, checks: readonly NamedCheck[]): AsyncGenerator<Known> {
  const port = await freePort()
  const server = await serve({ from: path, flags: [`--inspect=127.0.0.1:${port}`] })
  const reach = await openReach(port, path)
  try {
    await reach.take()
    for (const check of checks) {
      const { results } = await runChecks({ checks: [check], target })
      yield { check, passes: results[0]?.verdict === 'pass', coverage: await reach.take() }
    }
  } finally {
    reach.close()
    await server.stop()
  }
}
