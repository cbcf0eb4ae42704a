/**
 * Signatures that several requests make or verify in the same step, by a thread, while the event loop goes on.
 *
 * One message carries all of a step, and costs the event loop less than one signature.
 */
import { type KeyObject, type SignKeyObjectInput, sign, verify } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { parentPort, Worker, workerData } from 'node:worker_threads'

/** What is done with a key: with `signature`, that is verified; without, one is made. */
export interface SignatureTask {
  key: KeyObject
  /** Undefined when the algorithm includes its own. */
  digest: string | undefined
  options: Omit<SignKeyObjectInput, 'key'>
  text: string | Uint8Array
  signature?: Uint8Array
}

/** A signature in base64url, or whether one is right. Undefined: the caller must do the task. */
type Result = string | boolean | undefined

interface Waiting {
  task: SignatureTask
  resolve(result: Result): void
}

/** What is sent in one message, by a number that its answer must have: a signature must never become that of another text. */
interface Sent {
  id: number
  batch: readonly Waiting[]
}

interface Question {
  id: number
  tasks: readonly SignatureTask[]
}

interface Answer {
  id: number
  results: readonly Result[]
}

/** What it does until now is waited for by so many at most, so that nobody waits long. */
const mostInThread = 64

/** The input of this file as a thread. */
const role = 'signatures'

/**
 * Does tasks in a thread, which starts when it is wanted for the first time. The result is undefined where the caller must do the task: no
 * other one is waiting, the machine has one core, or the thread has enough to do, does not run (yet), or cannot do it. `file` is what it runs.
 */
export function signatureThread(file = new URL(import.meta.url)): (task: SignatureTask) => Promise<Result> {
  const isUseful = availableParallelism() > 1
  const sent: Sent[] = []
  let messages = 0
  let queue: Waiting[] = []
  let count = 0
  let worker: Worker | undefined
  let isStarted = false
  let isListening = false

  function start(): void {
    isStarted = true
    try {
      worker = new Worker(file, { workerData: role, execArgv: [] })
    } catch {
      return // the process may make none
    }
    worker.on('message', (message: typeof listening | Answer) => {
      if (message === listening) isListening = true
      else if (message.id === sent[0]?.id) settle(message.results)
      else stop()
    })
    worker.once('error', () => {}) // it ends
    worker.once('exit', () => {
      isListening = false
      while (sent.length > 0) settle([])
    })
    worker.unref()
  }

  /** A message was lost, so no answer to it comes: what waits is given back when the thread has ended. */
  function stop(): void {
    isListening = false
    void worker?.terminate()
  }

  function settle(results: readonly Result[]): void {
    const { batch } = sent.shift()!
    count -= batch.length
    if (count === 0) worker?.unref()
    for (const [i, { resolve }] of batch.entries()) resolve(results[i])
  }

  function send(batch: readonly Waiting[]): void {
    if (count === 0) worker?.ref()
    count += batch.length
    const id = ++messages
    sent.push({ id, batch })
    worker?.postMessage({ id, tasks: batch.map(({ task }) => task) } satisfies Question)
  }

  function sendQueue(): void {
    const waiting = queue
    queue = []
    const isShared = isUseful && waiting.length > 1
    if (isShared && !isStarted) start()
    const taken = isShared && isListening ? Math.max(0, mostInThread - count) : 0
    if (taken > 0) send(waiting.slice(0, taken))
    for (const { resolve } of waiting.slice(taken)) resolve(undefined)
  }

  return (task) =>
    new Promise((resolve) => {
      if (queue.push({ task, resolve }) === 1) process.nextTick(sendQueue) // by then all have come that take this step together
    })
}

/** Undefined when the key or the signature cannot be used so. */
function resultOf({ key, digest, options, text, signature }: SignatureTask): Result {
  try {
    const data = Buffer.from(text as string)
    if (signature) return verify(digest, data, { key, ...options }, signature)
    return sign(digest, data, { key, ...options }).toString('base64url')
  } catch {
    return undefined
  }
}

/** What the thread says first. */
const listening = 'listening'

if (workerData === role) {
  parentPort?.on('message', ({ id, tasks }: Question) => parentPort?.postMessage({ id, results: tasks.map(resultOf) } satisfies Answer))
  parentPort?.postMessage(listening)
}
