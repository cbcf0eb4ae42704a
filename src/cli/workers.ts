/** Several processes that share one address: the first one starts the others, replaces those that die and ends them all. */
import cluster, { type Worker } from 'node:cluster'
import type { Logger } from 'pino'
import { Problems } from './problems.ts'

interface Supervision {
  /** How many workers. */
  count: number
  /** Seconds a worker may take to stop. */
  patience: number
  log: Logger
  stop: Promise<string>
  /** Called once, when the first worker lets requests in. */
  onReady(): void
}

/** A worker that lived so many seconds was well. */
const healthyAfter = 10
/** Exit status of a worker that it is no use to start again. */
const wrongConfiguration = 78
/** The longest wait before a worker is replaced, in seconds. */
const longestWait = 30

/** Resolves when all workers have ended, having been told to; rejects when one of them says that the configuration is wrong. */
export async function supervise({ count, patience, log, stop, onReady }: Supervision): Promise<void> {
  const alive = new Set<Worker>()
  const hopeless = Promise.withResolvers<'configuration'>()
  let stopping = false
  let quickDeaths = 0

  function begin() {
    const worker = cluster.fork()
    const healthy = setTimeout(() => {
      quickDeaths = 0
    }, healthyAfter * 1000).unref()
    alive.add(worker)
    worker.once('exit', (code, signal) => {
      clearTimeout(healthy)
      alive.delete(worker)
      if (stopping) return
      if (code === wrongConfiguration) return hopeless.resolve('configuration')
      quickDeaths += 1
      const wait = Math.min(longestWait, 0.25 * 2 ** quickDeaths)
      log.error({ worker: worker.process.pid, exit: code, signal, wait }, 'a worker died and will be replaced')
      setTimeout(() => stopping || begin(), wait * 1000)
    })
  }

  process.on('SIGHUP', () => {
    for (const worker of alive) worker.process.kill('SIGHUP')
  })
  cluster.once('listening', onReady)
  for (let i = 0; i < count; i++) begin()
  const reason = await Promise.race([stop, hopeless.promise])
  stopping = true
  log.info({ reason, workers: alive.size }, 'stopping')
  await Promise.all([...alive].map((worker) => end(worker, patience)))
  log.info('stopped')
  if (reason === 'configuration') throw new Problems(wrongConfiguration, []) // the worker has said what
}

function end(worker: Worker, patience: number): Promise<void> {
  return new Promise((resolve) => {
    const tooLong = setTimeout(() => worker.process.kill('SIGKILL'), (patience + 5) * 1000)
    worker.once('exit', () => {
      clearTimeout(tooLong)
      resolve()
    })
    worker.send('stop', () => {}) // one that is gone already cannot be told
  })
}

/**
 * Resolves when the primary says so, or is gone. Signals are the primary's business: a terminal and systemd send theirs to every process,
 * and a worker must not take that for a second one.
 */
export function shutdownRequestedByPrimary(): Promise<string> {
  return new Promise((resolve) => {
    process.on('SIGINT', () => {})
    process.on('SIGTERM', () => {})
    process.once('message', () => resolve('told by the primary'))
    process.once('disconnect', () => resolve('the primary is gone'))
  })
}
