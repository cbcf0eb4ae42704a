/** `npm test [patterns…]`: starts a PostgreSQL, runs the tests against it, and says as its last line how many passed. */
import { globSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { startPostgres } from './postgres-server.ts'

const EVERYTHING = ['src', 'test', 'docs', 'bench', 'packages', 'examples', 'suite'].map((folder) => `${folder}/**/*.test.ts`)

interface Counts {
  passed: number
  failed: number
}

/** Interrupted, the tests end early, and everything is cleared away as ever. */
const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort())
process.stdout.on('error', () => interrupted.abort()) // nobody reads on

const counts = await testOnPostgres().catch((error: unknown): Counts => {
  console.error(error)
  return { passed: 0, failed: 1 }
})
process.exitCode = counts.failed > 0 || counts.passed === 0 || interrupted.signal.aborted ? 1 : 0
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed\n`, () => process.exit())

async function testOnPostgres(): Promise<Counts> {
  const patterns = process.argv.slice(2).map((name) => (isFolder(name) ? `${name}/**/*.test.ts` : name))
  const files = globSync(patterns.length > 0 ? patterns : EVERYTHING, { exclude: ['**/node_modules/**'] })
  if (files.length === 0) throw new Error('no test file has such a name')
  const server = await startPostgres()
  try {
    process.env['GATEHOUSE_TEST_POSTGRES'] = server.url
    return await runTests(files)
  } finally {
    await server.stop()
  }
}

async function runTests(files: string[]): Promise<Counts> {
  const counts = { passed: 0, failed: 0 }
  const events = run({ files: files.sort(), concurrency: availableParallelism(), timeout: 600_000, signal: interrupted.signal })
  events.on('test:summary', (summary) => {
    if (summary.file !== undefined) return // of one file; that of all has none
    counts.passed = summary.counts.passed
    counts.failed = summary.counts.tests - summary.counts.passed - summary.counts.skipped - summary.counts.todo
  })
  for await (const text of events.compose(new spec())) process.stdout.write(text)
  return counts
}

function isFolder(name: string): boolean {
  return statSync(name, { throwIfNoEntry: false })?.isDirectory() ?? false
}
