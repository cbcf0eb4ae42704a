/** Parts of the bench that run in processes of their own, and how they are asked. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface Child {
  readonly pid: number
  /** Runs one of the acts the child answers with. Rejects when the act fails or the child ends. */
  ask<T>(act: string, detail?: unknown): Promise<T>
  stop(): Promise<void>
}

type Acts = Readonly<Record<string, (detail: never) => unknown>>
interface Ask {
  id: number
  act: string
  detail: unknown
}
interface Answer {
  id: number
  result?: unknown
  problem?: string
}

/** Starts a file of this folder. Its standard output goes nowhere: it is where a server writes its log. */
export function startChild(file: string): Child {
  const process = fork(fileURLToPath(new URL(file, import.meta.url)), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  })
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let asked = 0
  process.on('message', ({ id, result, problem }: Answer) => {
    const { resolve, reject } = waiting.get(id)!
    waiting.delete(id)
    if (problem === undefined) resolve(result)
    else reject(new Error(`${file}: ${problem}`))
  })
  const closed = once(process, 'exit').then(() => {
    for (const { reject } of waiting.values()) reject(new Error(`${file} ended`))
  })
  return {
    pid: process.pid!,
    ask<T>(act: string, detail?: unknown) {
      const answer = Promise.withResolvers<unknown>()
      const ask: Ask = { id: ++asked, act, detail }
      waiting.set(ask.id, answer)
      process.send(ask, (error) => error && answer.reject(error))
      return answer.promise as Promise<T>
    },
    async stop() {
      if (process.connected) process.disconnect() // it exits by itself, tidily
      await closed
    },
  }
}

/** In a child: answers what the parent asks, until it lets go. */
export function answerAsks(acts: Acts): void {
  process.on('message', async ({ id, act, detail }: Ask) => {
    try {
      process.send!({ id, result: await acts[act]!(detail as never) } satisfies Answer)
    } catch (error) {
      process.send!({ id, problem: error instanceof Error ? (error.stack ?? error.message) : String(error) } satisfies Answer)
    }
  })
  process.once('disconnect', () => process.exit())
}

/** CPU time this process has taken so far, all its threads together, in microseconds. */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}
