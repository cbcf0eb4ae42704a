/** How soon a server answers after it was started, and how much memory it takes when nobody asks anything. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { startChild } from './child.ts'
import { freePort } from './free-port.ts'
import { published, resident, startPublished } from './published.ts'

export interface StartUp {
  name: string
  /** Milliseconds from its start to its first answer, the median of some. */
  ready: number
  /** MB resident two seconds later, the median of some. */
  idle: number
}
type Start = Omit<StartUp, 'name'>

const TIMES = 3

export async function startUps(): Promise<StartUp[]> {
  const starts: Record<string, Start[]> = {}
  const program = published()
  const note = (name: string, start: Start) => {
    starts[name] = [...(starts[name] ?? []), start]
  }
  for (let n = 0; n < TIMES; n++) {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'))
    try {
      note('Gatehouse, new folder', await startGatehouse(program, folder))
      note('Gatehouse, used folder', await startGatehouse(program, folder))
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
    note('oidc-provider', await startPeer())
  }
  rmSync(program, { recursive: true, force: true })
  return Object.entries(starts).map(([name, all]) => ({
    name,
    ready: median(all.map(({ ready }) => ready)),
    idle: median(all.map(({ idle }) => idle)),
  }))
}

async function startGatehouse(program: string, folder: string): Promise<Start> {
  const begin = performance.now()
  const server = await startPublished(program, { folder, port: await freePort() })
  try {
    return await idle(server.pid, performance.now() - begin)
  } finally {
    await server.stop()
  }
}

async function startPeer(): Promise<Start> {
  const begin = performance.now()
  const peer = startChild('peer.ts')
  try {
    await peer.ask('open')
    return await idle(peer.pid, performance.now() - begin)
  } finally {
    await peer.stop()
  }
}

async function idle(pid: number, ready: number): Promise<Start> {
  await sleep(2000)
  return { ready, idle: resident(pid) }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}
