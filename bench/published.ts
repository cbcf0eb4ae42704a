/** Gatehouse as its package has it: the bundle, in place of the sources. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** A folder with what the package has. */
export function published(): string {
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

export interface Published {
  origin: string
  pid: number
  stop(): Promise<void>
}

/** Starts it as the container image does. Resolves when it is ready. `folder`: where it keeps its data. */
export async function startPublished(program: string, { folder, port }: { folder: string; port: number }): Promise<Published> {
  const env = {
    PATH: process.env['PATH'],
    GATEHOUSE_DATA_DIR: folder,
    GATEHOUSE_LISTEN_HOST: '127.0.0.1',
    GATEHOUSE_LOG_FORMAT: 'json', // as in production
  }
  const server = spawn(process.execPath, ['--max-semi-space-size=8', join(program, 'bin', 'gatehouse.js'), 'dev', '--port', String(port)], {
    cwd: folder,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const closed = once(server, 'close')
  const stop = async () => {
    server.kill()
    await closed
  }
  const origin = `http://127.0.0.1:${port}`
  while (!(await answers(`${origin}/readyz`))) {
    if (server.exitCode !== null) throw new Error(`Gatehouse ended with ${server.exitCode}`)
    await sleep(2)
  }
  return { origin, pid: server.pid!, stop }
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    (response) => response.ok,
    () => false,
  )
}

/** MB that are resident of a process. */
export function resident(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024
}
