/**
 * `npm run bench`: Gatehouse on SQLite and on PostgreSQL beside oidc-provider, in one run; and the floor under them all.
 *
 * `--rows es256,userinfo`: rows with one of these in their name. `--seconds 3`: how long each server is under load in each row. `--json`: as
 * JSON. `--document docs`: as a page with a chart, too. `--peer NAME=URL --peer-client ID:SECRET`: a running server beside them, in the rows that any server can be asked.
 */
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { startPostgres } from '../test/postgres-server.ts'
import { type Child, startChild } from './child.ts'
import type { Opened } from './contestant.ts'
import { writeDocument } from './document.ts'
import { type Measured, measure } from './measure.ts'
import { remoteServer } from './remote.ts'
import { rows, type Server } from './rows.ts'
import { type StartUp, startUps } from './start-up.ts'
import { costTable, flat, names, rateTable, remoteTables, startTable } from './table.ts'

const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    rows: { type: 'string', default: '' },
    document: { type: 'string' },
    peer: { type: 'string' },
    'peer-client': { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const parts = flags.rows.toLowerCase().split(',')
const wanted = (name: string) => parts.some((part) => name.toLowerCase().includes(part.trim()))
const loadBefore = loadavg()[0] as number
const progress = (text: string) => process.stderr.write(`${text}\n`)

const chosen = rows.filter(({ name }) => wanted(name))
const withStarts = wanted('start-up')
if (chosen.length === 0 && !withStarts) {
  progress(`--rows names none of: ${[...rows.map(({ name }) => name), 'start-up'].join('; ')}`)
  process.exit(2)
}

const starts = withStarts ? await startUps() : []
const { about, measured } = chosen.length > 0 ? await sideBySide(Number(flags.seconds)) : { about: {}, measured: [] }
process.stdout.write(
  flags.json ? `${JSON.stringify({ about, rows: flat(measured), start: starts }, null, 2)}\n` : told(about, measured, starts),
)
if (flags.document !== undefined) writeDocument(flags.document, { about, measured, starts })
if (measured.some(({ of }) => Object.values(of).some(({ errors }) => errors > 0))) process.exitCode = 1

/** Opens all, measures the chosen rows, closes all. `seconds`: for each row and server. */
async function sideBySide(seconds: number): Promise<{ about: Record<string, string>; measured: Measured[] }> {
  const postgres = await startPostgres({ fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on' })
  const children: Child[] = []
  const start = (file: string) => {
    const child = startChild(file)
    children.push(child)
    return child
  }
  const close = async () => {
    await Promise.all(children.map((child) => child.stop()))
    await postgres.stop()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => close().finally(() => process.exit(130)))
  const open = async (name: string, child: Child, detail = {}) => {
    const { origin, version } = await child.ask<Opened>('open', detail)
    return { name, origin, version, child }
  }
  try {
    const sqlite = await open(names.sqlite, start('gatehouse.ts'))
    const postgreSql = await open(names.postgres, start('gatehouse.ts'), { database: postgres.url })
    const peer = await open(names.peer, start('peer.ts'))
    const floor = await open(names.floor, start('floor.ts'))
    const remote = flags.peer === undefined ? [] : [await remoteServer(flags.peer, flags['peer-client'])]
    const load = start('load.ts')
    const measured: Measured[] = []
    for (const row of chosen) {
      progress(row.name)
      measured.push(await measure(row, [sqlite, postgreSql, peer, ...remote], { floor, load, seconds }))
    }
    return { about: await circumstances(sqlite, peer, floor), measured }
  } finally {
    await close()
  }
}

async function circumstances(ours: { version: string }, peer: { version: string }, { child }: Server): Promise<Record<string, string>> {
  const signatures = async (alg: 'ES256' | 'RS256') => Math.round(await child.ask<number>('signaturesPerSecond', { alg, seconds: 0.5 }))
  const bare = `${await signatures('ES256')} ES256, ${await signatures('RS256')} RS256`
  return {
    versions: `Gatehouse ${ours.version}, oidc-provider ${peer.version}, Node ${process.version}`,
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, shared by the server, the load and PostgreSQL; load average ${loadBefore.toFixed(1)} when the run began`,
    durability:
      'Gatehouse answers after the commit (SQLite synchronous=FULL; PostgreSQL fsync and synchronous_commit on); oidc-provider keeps all in memory',
    keys: 'ES256 and RSA 2048 for all; access tokens of people are ES256 JWTs except for introspection and userinfo, where they are opaque',
    load: '32 connections; Gatehouse writes its log at level info; CPU time is that of the server process alone',
    'bare signatures per second and core': bare,
  }
}

function told(about: Record<string, string>, measured: readonly Measured[], starts: readonly StartUp[]): string {
  const parts = [
    Object.entries(about)
      .map(([name, text]) => `${name}: ${text}`)
      .join('\n'),
    ...(measured.length > 0 ? [rateTable(measured), costTable(measured), ...remoteTables(measured)] : []),
    ...(starts.length > 0 ? [startTable(starts)] : []),
  ]
  return `${parts.filter(Boolean).join('\n\n')}\n`
}
