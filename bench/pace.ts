/** Requests at a steady pace, whatever the server answers: from a process of its own. */
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'undici'
import { answerAsks } from './child.ts'

export interface Pace {
  origin: string
  method: 'GET' | 'POST'
  path: string
  headers: Readonly<Record<string, string>>
  body?: string | undefined
  perSecond: number
  seconds: number
}

export interface Kept {
  /** How many answers had which status; 0: there was none. */
  statuses: Record<number, number>
  /** Of those with status 200, in milliseconds. */
  latencies: number[]
}

answerAsks({ pace })

async function pace({ origin, method, path, headers, body, perSecond, seconds }: Pace): Promise<Kept> {
  const pool = new Pool(origin, { connections: 512, pipelining: 1 })
  const kept: Kept = { statuses: {}, latencies: [] }
  const underWay: Promise<void>[] = []

  async function one(due: number): Promise<void> {
    const status = await pool
      .request({ method, path, headers, body: body ?? null })
      .then(async (answer) => {
        await answer.body.dump()
        return answer.statusCode
      })
      .catch(() => 0)
    kept.statuses[status] = (kept.statuses[status] ?? 0) + 1
    if (status === 200) kept.latencies.push(performance.now() - due)
  }

  const begin = performance.now()
  for (let sent = 0; sent < perSecond * seconds; ) {
    const due = Math.min(perSecond * seconds, Math.floor(((performance.now() - begin) / 1000) * perSecond) + 1)
    for (; sent < due; sent++) underWay.push(one(performance.now()))
    await delay(1)
  }
  await Promise.all(underWay)
  await pool.close()
  return kept
}
