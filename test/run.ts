/** `npm test [patterns…]`: starts a PostgreSQL, runs the tests against it, and says as its last line how many passed. */
import { statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

const EVERYTHING = ['src/**/*.test.ts', 'test/**/*.test.ts', 'docs/**/*.test.ts', 'bench/**/*.test.ts']

const patterns = process.argv.slice(2).map((name) => (isFolder(name) ? `${name.replace(/\/+$/, '')}/**/*.test.ts` : name))
let server: PostgresServer | undefined
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop(130, { passed: 0, failed: 1 }))

try {
  server = await startPostgres()
  process.env['GATEHOUSE_TEST_POSTGRES'] = server.url
  const counts = await runTests(patterns.length > 0 ? patterns : EVERYTHING)
  await stop(counts.failed > 0 || counts.passed === 0 ? 1 : 0, counts)
} catch (error) {
  console.error(error)
  await stop(1, { passed: 0, failed: 1 })
}

interface Counts {
  passed: number
  failed: number
}

async function runTests(globPatterns: string[]): Promise<Counts> {
  const counts = { passed: 0, failed: 0 }
  const events = run({ globPatterns, concurrency: availableParallelism(), timeout: 600_000 })
  events.on('test:summary', (summary) => {
    if (summary.file !== undefined) return
    counts.passed = summary.counts.passed
    counts.failed = summary.counts.tests - summary.counts.passed - summary.counts.skipped - summary.counts.todo
  })
  for await (const text of events.compose(new spec())) process.stdout.write(text)
  return counts
}

async function stop(code: number, { passed, failed }: Counts): Promise<void> {
  await server?.stop()
  process.stdout.write(`${passed} passed, ${failed} failed\n`, () => process.exit(code))
}

function isFolder(name: string): boolean {
  return statSync(name, { throwIfNoEntry: false })?.isDirectory() ?? false
}
