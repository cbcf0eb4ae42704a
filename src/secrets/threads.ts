/** Threads for work that keeps a core busy: whoever only passes through goes first. */
import { type Argon2Algorithm, type Argon2Parameters, argon2Sync } from 'node:crypto'
import { setPriority } from 'node:os'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'

/** One argon2 computation. */
export interface Argon2Job {
  variant: Argon2Algorithm
  parameters: Argon2Parameters
}

type Told = { tag: Uint8Array } | { problem: string }

const mark = 'gatehouse threads'
/** Enough for whoever only passes through to go first; not so much that nobody can sign in while another program keeps the machine busy. */
const niceness = 5

/** Computes on as many threads as work comes at once, made when they are first needed and kept; they hold no process open. */
export function threads(): (job: Argon2Job) => Promise<Buffer> {
  const idle: Worker[] = []
  return async (job) => {
    const thread = idle.pop() ?? new Worker(new URL(import.meta.url), { workerData: mark })
    thread.ref()
    const told = await new Promise<Told>((resolve, reject) => {
      thread.once('message', resolve).once('error', reject)
      thread.postMessage(job)
    })
    thread.removeAllListeners('message').removeAllListeners('error').unref()
    idle.push(thread)
    if ('problem' in told) throw new Error(told.problem)
    return Buffer.from(told.tag)
  }
}

if (!isMainThread && workerData === mark) {
  if (process.platform === 'linux') setPriority(niceness) // there it is that of the thread that asks; elsewhere of the whole process
  parentPort?.on('message', ({ variant, parameters }: Argon2Job) => {
    const told: Told = attempt(() => argon2Sync(variant, parameters))
    parentPort?.postMessage(told)
  })
}

function attempt(work: () => Buffer): Told {
  try {
    return { tag: work() }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}
