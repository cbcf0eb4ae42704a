/** `npm run test:fuzz`: sends hostile requests to every route and prints the statuses per route and the faults. Exit status 1 if there are any. */
import { parseArgs } from 'node:util'
import { startPostgres } from '../postgres-server.ts'
import { fuzz, type Outcome, type Run } from './driver.ts'
import { describe } from './report.ts'

const usage = 'npm run test:fuzz -- [--seed N] [--requests N] [--seconds N] [--engine sqlite|postgres]'

function readArguments(): Run {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      requests: { type: 'string', default: '5000' },
      seconds: { type: 'string', default: '3600' },
      engine: { type: 'string', default: 'sqlite' },
    },
  })
  const { engine } = values
  const [seed, requests, seconds] = [values.seed, values.requests, values.seconds].map(Number)
  if ((engine !== 'sqlite' && engine !== 'postgres') || [seed, requests, seconds].some((n) => !Number.isSafeInteger(n) || n! < 0))
    throw new Error(usage)
  return { engine, seed: seed!, requests: requests!, seconds: seconds! }
}

async function onEngine(run: Run): Promise<Outcome> {
  if (run.engine === 'sqlite') return fuzz(run)
  const server = await startPostgres()
  try {
    process.env['GATEHOUSE_TEST_POSTGRES'] = server.url
    return await fuzz(run)
  } finally {
    await server.stop()
  }
}

const run = readArguments()
process.stderr.write(`seed ${run.seed}, ${run.requests} requests on ${run.engine}\n`)
const { report, requests } = await onEngine({ ...run, progress: (done) => process.stderr.write(`${done} requests\n`) })
const faults = report.faults()
process.stdout.write(`${report.table()}\n\n${faults.map((fault) => `${describe(fault)}\n\n`).join('')}`)
if (report.neverAccepted().length > 0) process.stdout.write(`never accepted: ${report.neverAccepted().join(', ')}\n`)
process.stdout.write(`seed ${run.seed} on ${run.engine}: ${requests} requests, ${faults.length} faults\n`)
process.exitCode = faults.length > 0 ? 1 : 0
