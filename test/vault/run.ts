/**
 * `npm run test:vault`: the proof that the vault loses nothing. Orders of callers, nodes, crashes and faults of a provider, drawn from a seed;
 * and servers that are killed in the middle of a refresh. Prints what happened. Exit status 1 when something was not as it must be.
 */
import { parseArgs } from 'node:util'
import { startPostgres } from '../postgres-server.ts'

const usage = 'npm run test:vault -- [--seed N] [--orders N] [--kills N] [--engine sqlite|postgres]'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    orders: { type: 'string', default: '10000' },
    kills: { type: 'string', default: '200' },
    engine: { type: 'string' },
  },
})
const [seed, orders, kills] = [values.seed, values.orders, values.kills].map(Number) as [number, number, number]
const chosen = (['sqlite', 'postgres'] as const).filter((engine) => values.engine === undefined || values.engine === engine)
if (chosen.length === 0 || [seed, orders, kills].some((n) => !Number.isSafeInteger(n) || n < 0)) throw new Error(usage)

/** A line every so often, for who waits. */
const progress = (text: string) => void process.stderr.write(`${text}\n`)

const postgres = chosen.includes('postgres') ? await startPostgres() : undefined
process.env['GATEHOUSE_TEST_POSTGRES'] = postgres?.url ?? 'none'
try {
  const { playOrders } = await import('./orders.ts')
  const { killServers } = await import('./kills.ts')
  for (const engine of chosen) {
    const ask = { engine, seed, progress }
    if (orders > 0) process.stdout.write(`${engine}, seed ${seed}: ${await playOrders({ ...ask, orders })}\n`)
    if (kills > 0) process.stdout.write(`${engine}, seed ${seed}: ${await killServers({ ...ask, kills })}\n`)
  }
} finally {
  await postgres?.stop()
}
