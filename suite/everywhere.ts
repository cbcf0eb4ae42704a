/**
 * `npm run suite:everywhere -- [--only PART]… [--json FOLDER]`: runs the checks against Gatehouse on SQLite, on PostgreSQL, and as two
 * nodes that share a PostgreSQL. Fails if a check fails that is no documented difference, or if its verdict is not the same everywhere.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { parse } from 'yaml'
import { freshPostgres } from '../test/postgres.ts'
import { startPostgres } from '../test/postgres-server.ts'
import { catalogue, select } from './src/catalogue.ts'
import { countsOf, type Report } from './src/report/report.ts'
import { runChecks } from './src/run.ts'
import { type GatehouseOptions, startGatehouse } from './src/target/gatehouse.ts'

const { values: flags } = parseArgs({ options: { only: { type: 'string', multiple: true }, json: { type: 'string' } } })
const known: object = parse(readFileSync(join(import.meta.dirname, 'differences/gatehouse.yaml'), 'utf8'))
const checks = select(await catalogue(), flags)

const server = await startPostgres()
process.env['GATEHOUSE_TEST_POSTGRES'] = server.url
try {
  const reports = [await judged('sqlite', {}), await onPostgres('postgresql', 1), await onPostgres('two-nodes', 2)]
  const verdictsOf = (id: string) => reports.map(({ results }) => results.find((result) => result.id === id)?.verdict ?? 'not run')
  const differing = checks.filter(({ id }) => new Set(verdictsOf(id)).size > 1)
  for (const { id } of differing) console.log(`${id}: ${verdictsOf(id).join(', ')}`)
  const undocumented = reports.flatMap(({ results }) => results.filter(({ id, verdict }) => /fail|warn/.test(verdict) && !(id in known)))
  process.exitCode = differing.length > 0 || undocumented.length > 0 ? 1 : 0
} finally {
  await server.stop()
}

async function onPostgres(name: string, nodes: number): Promise<Report> {
  const { url, drop } = await freshPostgres()
  try {
    return await judged(name, { database: url, nodes })
  } finally {
    await drop()
  }
}

async function judged(name: string, options: GatehouseOptions): Promise<Report> {
  const target = await startGatehouse(options)
  try {
    const report = await runChecks({ checks, target })
    const { pass, fail, warn } = countsOf(report.results)
    console.log(
      `${name}: ${pass} passed, ${fail} failed, ${warn} warnings, ${report.notRun.length} not run, in ${report.seconds.toFixed(1)} s`,
    )
    for (const { id, verdict, reasons } of report.results)
      if (/fail|warn/.test(verdict)) console.log(`  ${verdict} ${id}: ${reasons.join('; ')}`)
    if (flags.json) {
      mkdirSync(flags.json, { recursive: true })
      writeFileSync(join(flags.json, `${name}.json`), JSON.stringify(report, null, 1))
    }
    return report
  } finally {
    await target.stop()
  }
}
