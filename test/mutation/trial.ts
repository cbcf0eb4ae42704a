/** One run of test files in a copy of the checkout, up to the first that fails. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Copy } from './copies.ts'

export interface Trial {
  copy: Copy
  /** In the order in which they are to run. */
  files: readonly string[]
  /** Address of a PostgreSQL, or `none`. */
  postgres: string
  /** Milliseconds after which a file hangs. */
  limitOf(file: string): number
  /** Ends it early; what it returns then means nothing. */
  signal: AbortSignal
  /** Further variables of the environment. */
  env: Readonly<Record<string, string>>
  /** Called before what was written to the temporary folder is thrown away. */
  ended?(): void
}

/** `by`: the test file in which it ended, and the test if one failed. */
export type Verdict = { outcome: 'passed' } | { outcome: 'failed' | 'hung'; by: string }

/** Processes that the tests have started end with it. */
export async function runTrial(trial: Trial): Promise<Verdict> {
  const child = start(trial)
  const end = () => kill(child)
  trial.signal.addEventListener('abort', end)
  process.once('exit', end)
  try {
    return await follow(child, trial)
  } finally {
    end()
    process.off('exit', end)
    trial.signal.removeEventListener('abort', end)
    trial.ended?.()
    trial.copy.tidy()
  }
}

function start({ copy, files, postgres, env }: Trial): ChildProcess {
  mkdirSync(marksOf(copy))
  const reporter = join(copy.path, 'test/mutation/first-failure.ts')
  const flags = ['--max-old-space-size=1024', `--test-reporter=${reporter}`, '--test-reporter-destination=stdout']
  return spawn(process.execPath, [...flags, 'test/worker.ts', marksOf(copy), 'trial', ...files], {
    cwd: copy.path,
    env: { PATH: process.env['PATH'], TMPDIR: copy.temporary, GATEHOUSE_TEST_POSTGRES: postgres, ...env },
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    detached: true, // a separate process group, so that all of it can be ended
  })
}

async function follow(child: ChildProcess, { copy, files, limitOf }: Trial): Promise<Verdict> {
  let current = { file: files[0] as string, since: performance.now() }
  let hung = false
  const watch = setInterval(() => {
    const file = files[takenIn(copy) - 1] ?? current.file
    if (file !== current.file) current = { file, since: performance.now() }
    hung = performance.now() - current.since > limitOf(file)
    if (hung) kill(child)
  }, 250)
  const said = text(child.stdio[3] as Readable)
  await once(child, 'close').finally(() => clearInterval(watch))
  const last = (await said).trim().split('\n').at(-1) ?? ''
  const file = files[takenIn(copy) - 1] ?? current.file
  if (hung) return { outcome: 'hung', by: `${file}, which hung` }
  if (last === 'passed') return { outcome: 'passed' }
  return { outcome: 'failed', by: last.startsWith('failed ') ? `${file} (${last.slice('failed '.length)})` : `${file}, which ended early` }
}

/** How many files the worker has begun. */
function takenIn(copy: Copy): number {
  return readdirSync(marksOf(copy)).filter((name) => !name.endsWith('.pid')).length
}

/** Where the worker marks each file that it begins, and leaves the id of its process. */
function marksOf({ temporary }: Copy): string {
  return join(temporary, 'marks')
}

function kill({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // the group has ended
  }
}
