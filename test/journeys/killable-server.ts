/** A server in a process of its own, which is killed and started again on the same database. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('./crash-server.ts', import.meta.url))

export interface KillableServer {
  start(): Promise<void>
  /** Resolves once it has ended. */
  kill(): Promise<void>
  hasEnded(): boolean
}

/** `database`: its URL; `data`: a folder. */
export function killableServer({ issuer, database, data }: { issuer: string; database: string; data: string }): KillableServer {
  const env = {
    GATEHOUSE_ISSUER: issuer,
    GATEHOUSE_LISTEN_PORT: new URL(issuer).port,
    GATEHOUSE_DATABASE_URL: database,
    GATEHOUSE_DATA_DIR: data,
  }
  let child: ChildProcess | undefined
  const hasEnded = () => child === undefined || child.exitCode !== null || child.signalCode !== null
  return {
    async start() {
      child = spawn(process.execPath, [program, JSON.stringify(env)], { stdio: ['ignore', 'pipe', 'inherit'] })
      const [said] = await Promise.race([once(child.stdout!, 'data'), once(child, 'exit')])
      assert.equal(String(said), 'ready\n')
    },
    async kill() {
      if (!child || hasEnded()) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
    hasEnded,
  }
}
