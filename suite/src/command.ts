/** `TARGET=… suite [options]`: reads the command line, runs the checks, writes the reports. */
import { readFileSync, writeFileSync } from 'node:fs'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { catalogue, select } from './catalogue.ts'
import type { NamedCheck } from './check.ts'
import { Unjudgeable, UsageError } from './errors.ts'
import { printComparison } from './report/compare.ts'
import { html } from './report/html.ts'
import { junit } from './report/junit.ts'
import { countsOf, type Report } from './report/report.ts'
import { printSummary, progress, type Screen } from './report/terminal.ts'
import { runChecks } from './run.ts'
import { bareTarget, readTarget } from './target/file.ts'
import type { RunningTarget } from './target/target.ts'
import { version } from './version.ts'

interface Options {
  config?: string
  only?: string[]
  spec?: string[]
  failFast?: boolean
  seed?: string
  seconds: number
  timeout: number
  allowLoad?: boolean
  json?: string
  html?: string
  junit?: string
  list?: boolean
  compare?: [string, string]
}

export type Environment = Readonly<Record<string, string | undefined>>

const status = { done: 0, failed: 1, usage: 2, unjudgeable: 3, unfinished: 4 } as const

export async function runCommand(words: readonly string[], env: Environment, out: Screen, err: Screen): Promise<number> {
  const command = grammar(out, err)
  try {
    command.parse([...words], { from: 'user' })
    return await act(command.opts<Options>(), env, out)
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? status.done : status.usage
    if (!(error instanceof UsageError || error instanceof Unjudgeable)) throw error
    err.write(`${error.message}\n`)
    return error instanceof Unjudgeable ? status.unjudgeable : status.usage
  }
}

function grammar(out: Screen, err: Screen): Command {
  return new Command('suite')
    .description('Judges an OAuth 2.0 or OpenID Connect server over HTTP, clause by clause.')
    .version(version)
    .option('--config <file>', 'target file: people, clients and pages of the server')
    .option('--only <part...>', 'checks whose id has one of these in it')
    .option('--spec <name...>', 'checks of these specifications, such as "RFC 6749"')
    .option('--list', 'print the checks and run none')
    .option('--fail-fast', 'stop at the first failure')
    .option('--seed <text>', 'makes the random values the same as in another run')
    .option('--seconds <number>', 'time for the whole run', positive, 600)
    .option('--timeout <number>', 'seconds for the answer to one request', positive, 10)
    .option('--allow-load', 'run races against servers beyond loopback too')
    .option('--json <file>', 'write the report as JSON')
    .option('--html <file>', 'write the report as one page')
    .option('--junit <file>', 'write the report as JUnit XML')
    .option('--compare <reports...>', 'print what two JSON reports say differently, and run nothing')
    .addHelpText('after', help)
    .exitOverride()
    .configureOutput({ writeOut: (text) => out.write(text), writeErr: (text) => err.write(text) })
    .allowExcessArguments(false)
}

const help = `
TARGET (environment): gatehouse, oidc-provider, keycloak, or the issuer URL of a running server.

Examples:
  $ TARGET=gatehouse npm run suite
  $ TARGET=https://issuer.example npm run suite -- --config target.yaml --html report.html
  $ TARGET=gatehouse npm run suite -- --spec "RFC 6749" --only single-use
  $ npm run suite -- --compare a.json b.json`

function positive(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value <= 86_400)) throw new InvalidArgumentError('must be a number of seconds from 1 to 86400')
  return value
}

async function act(options: Options, env: Environment, out: Screen): Promise<number> {
  if (options.compare) return compare(options.compare, out)
  const checks = select(await catalogue(), options)
  if (checks.length === 0) throw new UsageError('no check has such a name')
  if (options.list) return list(checks, out)
  const target = await openTarget(options.config, env)
  const interrupted = new AbortController()
  const interrupt = () => interrupted.abort()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupt)
  try {
    const shown = progress(out, checks.length)
    const report = await runChecks({ ...options, checks, target, signal: interrupted.signal, onResult: shown.result })
    shown.end()
    writeReports(report, options)
    printSummary(report, out)
    return statusOf(report, options)
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupt)
    await target.stop()
  }
}

async function openTarget(config: string | undefined, env: Environment): Promise<RunningTarget> {
  const { TARGET: name, GATEHOUSE_DATABASE_URL: database, GATEHOUSE_NODES: nodes } = env
  const stop = async () => {}
  if (name === 'gatehouse') return (await import('./target/gatehouse.ts')).startGatehouse({ database, nodes: nodesOf(nodes) })
  if (name === 'oidc-provider') return (await import('./target/oidc-provider.ts')).startOidcProvider()
  if (name === 'keycloak') return (await import('./target/keycloak.ts')).startKeycloakTarget()
  if (name !== undefined && !/^https?:\/\//.test(name))
    throw new UsageError('TARGET must be gatehouse, oidc-provider, keycloak, or a URL that begins with https:// or http://')
  if (config !== undefined) return { ...readTarget(config, name), stop }
  if (name === undefined) throw new UsageError('name a server: TARGET=https://issuer.example, or --config with a target file')
  return { ...bareTarget(name), stop }
}

function nodesOf(text = '1'): number {
  if (!/^[1-9]$/.test(text)) throw new UsageError('GATEHOUSE_NODES must be 1 to 9')
  return Number(text)
}

function list(checks: readonly NamedCheck[], out: Screen): number {
  for (const { id, clause, level, title } of checks) out.write(`${id}\t${clause}\t${level}\t${title}\n`)
  return status.done
}

function writeReports(report: Report, { json, html: page, junit: xml }: Options): void {
  if (json) writeFileSync(json, `${JSON.stringify(report, null, 1)}\n`)
  if (page) writeFileSync(page, html(report))
  if (xml) writeFileSync(xml, junit(report))
}

function compare(files: readonly string[], out: Screen): number {
  const [a, b] = files.map(readReport)
  if (files.length !== 2 || !a || !b) throw new UsageError('--compare takes two files')
  return printComparison(a, b, out) ? status.failed : status.done
}

function readReport(file: string): Report {
  try {
    const report: Report = JSON.parse(readFileSync(file, 'utf8'))
    if (Array.isArray(report.results)) return report
  } catch {}
  throw new UsageError(`${file} is no report of the suite`)
}

function statusOf(report: Report, { failFast }: Options): number {
  if (countsOf(report.results).fail > 0) return status.failed
  return report.notRun.length > 0 && !failFast ? status.unfinished : status.done
}
