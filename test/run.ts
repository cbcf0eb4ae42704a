/**
 * `npm test [--sqlite] [patterns…]`: starts a PostgreSQL, runs the tests against it, and says as its last line how many passed.
 * `--sqlite`: no PostgreSQL; the files that need one are left out.
 */
import { globSync, mkdtempSync, readFileSync, rmSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startPostgres } from './postgres-server.ts'
import { type Counts, runFiles } from './workers.ts'

/** Where temporary files are in memory, on Linux. */
const memory = '/dev/shm'
/** Bytes that must be free there: the databases of a whole run take a part of it. */
const enough = 4 * 2 ** 30

const EVERYTHING = ['src', 'test', 'docs', 'bench', 'packages', 'examples', 'suite'].map((folder) => `${folder}/**/*.test.ts`)

/** Interrupted, the tests end early, and everything is cleared away as ever. */
const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort())
process.stdout.on('error', () => interrupted.abort()) // nobody reads on

const counts = await withQuickFiles(runWhatIsAsked).catch((error: unknown): Counts => {
  console.error(error)
  return { passed: 0, failed: 1 }
})
process.exitCode = counts.failed > 0 || counts.passed === 0 || interrupted.signal.aborted ? 1 : 0
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed\n`, () => process.exit())

/** Databases of tests wait for no disk: nobody needs them after the run. */
async function withQuickFiles(run: () => Promise<Counts>): Promise<Counts> {
  if (process.env['TMPDIR'] !== undefined || !isFolder(memory) || isWithoutPrograms(memory) || freeIn(memory) < enough) return run()
  const folder = mkdtempSync(join(memory, 'gatehouse-'))
  process.env['TMPDIR'] = folder
  try {
    return await run()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function runWhatIsAsked(): Promise<Counts> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { sqlite: { type: 'boolean', default: false } } })
  const patterns = positionals.map((name) => (isFolder(name) ? `${name}/**/*.test.ts` : name))
  const files = globSync(patterns.length > 0 ? patterns : EVERYTHING, { exclude: ['**/node_modules/**'] }).sort()
  if (files.length === 0) throw new Error('no test file has such a name')
  // Each source is compiled once for all processes, those that tests start included.
  process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, '..', 'node_modules', '.cache', 'gatehouse')
  return values.sqlite ? runOnSqlite(files) : runOnPostgres(files)
}

async function runOnSqlite(files: readonly string[]): Promise<Counts> {
  process.env['GATEHOUSE_TEST_POSTGRES'] = 'none'
  const needy = files.filter((file) => readFileSync(file, 'utf8').includes('freshPostgres('))
  const counts = await runFiles(
    files.filter((file) => !needy.includes(file)),
    interrupted.signal,
  )
  if (needy.length > 0) console.log(`left out, because they need PostgreSQL: ${needy.join(', ')}`)
  return counts
}

async function runOnPostgres(files: readonly string[]): Promise<Counts> {
  // No write-ahead log beyond what one server needs: each test makes and drops databases.
  const server = await startPostgres({ wal_level: 'minimal', max_wal_senders: '0' })
  try {
    process.env['GATEHOUSE_TEST_POSTGRES'] = server.url
    return await runFiles(files, interrupted.signal)
  } finally {
    await server.stop()
  }
}

/** Whether nothing that is kept there can be run: some tests do. */
function isWithoutPrograms(folder: string): boolean {
  const mount = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .findLast((line) => line.split(' ')[1] === folder)
  return mount?.includes('noexec') ?? true
}

/** Bytes. */
function freeIn(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

function isFolder(name: string): boolean {
  return statSync(name, { throwIfNoEntry: false })?.isDirectory() ?? false
}
