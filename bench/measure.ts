/** Measures one operation on every server, one after the other and that several times over, so that all meet the same weather. */
import type { Child } from './child.ts'
import type { Job, Outcome } from './load.ts'
import type { Row, Server } from './rows.ts'

export interface Figures {
  /** Answers per second. */
  rate: number
  /** Milliseconds. */
  p50: number
  p99: number
  /** Time the server's process, with all its threads, spends on one request, in microseconds. */
  cpu: number
  /** Of an answer's body. */
  bytes: number
  /** Requests without a right answer. */
  errors: number
}

export interface Measured {
  name: string
  /** By the name of the server. */
  of: Record<string, Figures>
}

const ROUNDS = 3
const CONNECTIONS = 32
/** More codes per second than any of these servers redeems. */
const MOST_PER_SECOND = 3500

/** `seconds`: how long each server is under load, besides a first round that does not count. */
export async function measure(
  row: Row,
  servers: readonly Server[],
  { floor, load, seconds }: { floor: Server; load: Child; seconds: number },
): Promise<Measured> {
  const asked = servers.filter(({ remote }) => row.anywhere || !remote)
  const windows = new Map<string, Window[]>([...asked, floor].map(({ name }) => [name, []]))
  for (let round = 0; round <= ROUNDS; round++) {
    const length = round === 0 ? Math.min(1, seconds / 3) : seconds / ROUNDS
    let last: Job | undefined
    for (const server of asked) {
      const job = await jobFor(row, server, length)
      if (!server.remote) last = job
      windows.get(server.name)!.push(await observe(server, load, job))
    }
    const { bytes } = windows.get(servers[0]!.name)!.at(-1)!.outcome
    await floor.child.ask('answerWith', { bytes, signatures: row.signatures })
    windows.get(floor.name)!.push(await observe(floor, load, onTheFloor(last!, floor)))
  }
  return { name: row.name, of: Object.fromEntries([...windows].map(([name, [, ...counted]]) => [name, summary(counted)])) }
}

async function jobFor(row: Row, server: Server, seconds: number): Promise<Job> {
  const asked = await row.prepare(server, Math.ceil(MOST_PER_SECOND * seconds), CONNECTIONS)
  return { ...asked, origin: server.origin, connections: CONNECTIONS, seconds }
}

/** A request of the same size, of which the floor understands nothing. */
function onTheFloor(job: Job, { origin }: Server): Job {
  const { bodies } = job
  const text =
    bodies.kind === 'each'
      ? bodies.texts[0]
      : bodies.kind === 'chains'
        ? `grant_type=refresh_token&refresh_token=${bodies.heads[0]}`
        : bodies.text
  const next = job.next && { ...job.next, member: 'floor' }
  return {
    ...job,
    ...(next ? { next } : {}),
    origin,
    bodies: text === undefined ? { kind: 'same' } : { kind: 'same', text },
    member: 'floor',
  }
}

interface Window {
  outcome: Outcome
  cpu: number
}

async function observe({ child, name }: Server, load: Child, job: Job): Promise<Window> {
  const before = await child.ask<number>('cpu')
  const outcome = await load.ask<Outcome>('run', job).catch((cause: Error) => {
    throw new Error(`${name}: ${cause.message}`)
  })
  return { outcome, cpu: (await child.ask<number>('cpu')) - before }
}

function summary(windows: readonly Window[]): Figures {
  const sum = (of: (window: Window) => number) => windows.reduce((total, window) => total + of(window), 0)
  const count = sum(({ outcome }) => outcome.count)
  const latencies = windows.flatMap(({ outcome }) => outcome.latencies).sort((a, b) => a - b)
  return {
    rate: count / sum(({ outcome }) => outcome.seconds),
    p50: latencies[Math.floor(count * 0.5)]!,
    p99: latencies[Math.floor(count * 0.99)]!,
    cpu: sum(({ cpu }) => cpu) / count,
    bytes: windows.at(-1)!.outcome.bytes,
    errors: sum(({ outcome }) => outcome.errors),
  }
}
