/** Several processes that share one address: the primary starts the workers, replaces those that die, and stops them all. */
import cluster, { type Worker } from 'node:cluster'
import type { Logger } from 'pino'
import { Problems } from './problems.ts'

interface Supervision {
  /** How many workers. */
  count: number
  /** Seconds for a worker to stop. */
  patience: number
  log: Logger
  stop: Promise<string>
  /** Called once, when the first worker listens. */
  onReady(): void
}

/** A worker that ran this many seconds started successfully. */
const healthyAfter = 10
/** Exit status of a worker that must not be started again. */
const wrongConfiguration = 78
/** The longest wait before a worker is replaced, in seconds. */
const longestWait = 30

/** Resolves when all workers have stopped as requested. Rejects when one of them reports a wrong configuration. */
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
  if (reason === 'configuration') throw new Problems(wrongConfiguration, []) // the worker has printed it
}

function end(worker: Worker, patience: number): Promise<void> {
  return new Promise((resolve) => {
    const tooLong = setTimeout(() => worker.process.kill('SIGKILL'), (patience + 5) * 1000)
    worker.once('exit', () => {
      clearTimeout(tooLong)
      resolve()
    })
    worker.send('stop', () => {}) // fails if it has already ended
  })
}

/**
 * Resolves when the primary asks for it, or has ended. Only the primary handles signals: a terminal and systemd send them to every process,
 * and a worker must not take them for a second request.
 */
export function shutdownRequestedByPrimary(): Promise<string> {
  return new Promise((resolve) => {
    process.on('SIGINT', () => {})
    process.on('SIGTERM', () => {})
    process.once('message', () => resolve('requested by the primary'))
    process.once('disconnect', () => resolve('the primary has ended'))
  })
}
