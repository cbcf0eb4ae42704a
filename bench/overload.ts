/** `npm run bench:overload`: ten times as many sign-ins as can be hashed, and what others feel of it. */
import { parseArgs } from 'node:util'
import { startChild } from './child.ts'
import { type Opened, person } from './contestant.ts'
import type { Job, Outcome } from './load.ts'
import type { Kept, Pace } from './pace.ts'
import { quantile } from './quantile.ts'
import { rows, type Server } from './rows.ts'
import { table } from './table.ts'

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '5' } } })
const seconds = Number(values.seconds)
/** Of each of the others: few enough that none waits for its like. */
const perSecond = 50
const password = 'the password of the bench'

const server = startChild('gatehouse.ts')
const load = startChild('load.ts')
const flood = startChild('pace.ts')
const visitor = startChild('pace.ts')
try {
  const { origin } = await server.ask<Opened>('open', { password })
  const login = {
    origin,
    method: 'POST',
    path: '/api/v1/auth/login',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: person.email, password }),
  } as const
  const capacity = await signIns(login)
  const hashes = await server.ask<number>('hashesPerSecond', { seconds })
  const alone = await others(origin)
  const flooded = flood.ask<Kept>('pace', { ...login, perSecond: 10 * capacity, seconds: seconds * (alone.length + 1) } satisfies Pace)
  await visitor.ask<Kept>('pace', { ...login, perSecond: 1, seconds: 1 } satisfies Pace) // by then all queues are full
  const beside = await others(origin)
  const { statuses } = await flooded
  const answered = Object.entries(statuses).map(([status, count]) => `${count} × ${status}`)
  const lines = alone.map(({ name, latencies }, i) => {
    const [before, during] = [latencies, beside[i]!.latencies]
    const cells = [0.5, 0.99].flatMap((part) => [quantile(before, part), quantile(during, part)])
    const [p50 = 0, p50During = 0, p99 = 0, p99During = 0] = cells
    return [name, p50, p50During, p50During / p50, p99, p99During, p99During / p99].map(shown)
  })
  process.stdout.write(
    `sign-ins per second, alone: ${capacity}; bare hashes per second: ${hashes}\n` +
      `offered for the overload: ${10 * capacity} per second; answered: ${answered.join(', ')}\n\n` +
      `${table(['ms', 'p50', 'overloaded', '×', 'p99', 'overloaded', '×'], lines)}\n`,
  )
} finally {
  await Promise.all([server, load, flood, visitor].map((child) => child.stop()))
}

function shown(value: string | number): string {
  return typeof value === 'string' ? value : value.toFixed(1)
}

/** How many there can be in a second when each waits for its turn. */
async function signIns({ body, ...where }: Omit<Pace, 'perSecond' | 'seconds'>): Promise<number> {
  const job: Job = { ...where, bodies: { kind: 'same', text: body ?? '' }, member: 'access_token', connections: 4, seconds }
  const { count, seconds: took } = await load.ask<Outcome>('run', job)
  return Math.round(count / took)
}

/** One after the other, each at its pace. */
async function others(origin: string): Promise<{ name: string; latencies: number[] }[]> {
  const found = []
  for (const row of rows.filter(({ name }) => ['client_credentials, ES256', 'introspection', 'userinfo', 'discovery'].includes(name))) {
    const { method, path, headers, bodies } = await row.prepare({ name: '', origin, child: server } satisfies Server, 1, 1)
    const body = bodies.kind === 'same' ? bodies.text : undefined
    const { latencies } = await visitor.ask<Kept>('pace', { origin, method, path, headers, body, perSecond, seconds } satisfies Pace)
    found.push({ name: row.name, latencies })
  }
  return found
}
