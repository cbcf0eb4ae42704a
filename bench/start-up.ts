/** How soon a server answers after it was started, and how much memory it takes when nobody asks anything. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startChild } from './child.ts'
import { freePort } from './free-port.ts'

export interface StartUp {
  name: string
  /** Milliseconds from its start to its first answer, the median of some. */
  ready: number
  /** MB resident two seconds later, the median of some. */
  idle: number
}
type Start = Omit<StartUp, 'name'>

const TIMES = 3
const root = fileURLToPath(new URL('..', import.meta.url))

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

/** A folder with what the package has: the bundle, in place of the sources. */
function published(): string {
  execFileSync(process.execPath, [join(root, 'deploy', 'bundle.ts')])
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'))
  for (const part of ['bin', 'dist', 'package.json']) cpSync(join(root, part), join(folder, part), { recursive: true })
  mkdirSync(join(folder, 'node_modules'))
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name))
  }
  return folder
}

async function startGatehouse(program: string, folder: string): Promise<Start> {
  const port = await freePort()
  const begin = performance.now()
  const env = { PATH: process.env['PATH'], GATEHOUSE_DATA_DIR: folder, GATEHOUSE_LISTEN_HOST: '127.0.0.1' }
  const server = spawn(process.execPath, [join(program, 'bin', 'gatehouse.js'), 'dev', '--port', String(port)], {
    cwd: folder,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const closed = once(server, 'close')
  try {
    while (!(await answers(`http://127.0.0.1:${port}/readyz`))) {
      if (server.exitCode !== null) throw new Error(`Gatehouse ended with ${server.exitCode}`)
      await sleep(2)
    }
    return await resident(server.pid!, performance.now() - begin)
  } finally {
    server.kill()
    await closed
  }
}

async function startPeer(): Promise<Start> {
  const begin = performance.now()
  const peer = startChild('peer.ts')
  try {
    await peer.ask('open')
    return await resident(peer.pid, performance.now() - begin)
  } finally {
    await peer.stop()
  }
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    (response) => response.ok,
    () => false,
  )
}

async function resident(pid: number, ready: number): Promise<Start> {
  await sleep(2000)
  const kilobytes = Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }))
  return { ready, idle: kilobytes / 1024 }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}
