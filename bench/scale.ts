/** Many tenants and clients: `npm run bench:scale`. What the first and the next token of a tenant cost, and what memory it takes. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { Pool } from 'undici'
import { startChild } from './child.ts'
import { freePort } from './free-port.ts'
import { type Published, published, resident, startPublished } from './published.ts'
import { quantile } from './quantile.ts'

const { values } = parseArgs({
  options: {
    tenants: { type: 'string', default: '10000' },
    clients: { type: 'string', default: '100000' },
    requests: { type: 'string', default: '30000' },
  },
})
const [tenants, clients, requests] = [Number(values.tenants), Number(values.clients), Number(values.requests)]
const connections = 16

const place = { folder: mkdtempSync(join(tmpdir(), 'gatehouse-scale-')), port: await freePort() }
const program = published()
const filler = startChild('scale-filler.ts')
try {
  const began = performance.now()
  const { secret } = await filler.ask<{ secret: string }>('fill', { ...place, tenants, clients })
  await filler.stop()
  console.log(`${tenants} tenants and ${clients} clients made in ${((performance.now() - began) / 1000).toFixed(1)} s`)
  const server = await startPublished(program, place)
  try {
    await measure(server, secret)
  } finally {
    await server.stop()
  }
} finally {
  rmSync(place.folder, { recursive: true, force: true })
  rmSync(program, { recursive: true, force: true })
}

async function measure({ origin, pid }: Published, secret: string): Promise<void> {
  const memory = () => `${Math.round(resident(pid))} MB`
  console.log(`memory, none of them asked for yet: ${memory()}`)

  const each = Math.ceil(clients / tenants)
  const ask = (n: number) => ({ path: `/t/t${n % tenants}/token`, client: `c${(n % tenants) * each + (Math.floor(n / tenants) % each)}` })
  const firsts = Math.min(tenants, requests)
  await round('first token of each tenant', firsts, (n) => n)
  await round('next tokens, tenants at random', requests, () => Math.floor(Math.random() * firsts))
  await round('next tokens, a hundred busy tenants', requests, (n) => n % 100)

  async function round(name: string, count: number, pick: (n: number) => number): Promise<void> {
    const pool = new Pool(origin, { connections, pipelining: 1 })
    const latencies: number[] = []
    let next = 0
    const start = performance.now()
    await Promise.all(
      Array.from({ length: connections }, async () => {
        for (let n = next++; n < count; n = next++) {
          const { path, client } = ask(pick(n))
          const sent = performance.now()
          const body = `grant_type=client_credentials&client_id=${client}&client_secret=${secret}`
          const response = await pool.request({
            method: 'POST',
            path,
            body,
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
          })
          const text = await response.body.text()
          if (response.statusCode !== 200) throw new Error(`${path}: ${response.statusCode} ${text}`)
          latencies.push(performance.now() - sent)
        }
      }),
    )
    await pool.close()
    const rate = Math.round(count / ((performance.now() - start) / 1000))
    const ms = (q: number) => quantile(latencies, q).toFixed(1)
    console.log(`${name.padEnd(38)} ${String(rate).padStart(6)}/s   p50 ${ms(0.5)} ms   p99 ${ms(0.99)} ms   memory ${memory()}`)
  }
}
