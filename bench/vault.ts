/**
 * `npm run bench:vault`: how many tokens of a provider the vault hands out per second while it keeps one, and how often the provider is asked when
 * 50 callers find it expired, which must be once. On SQLite and on PostgreSQL; `--seconds 5`: how long each is under load.
 */
import { parseArgs } from 'node:util'
import { startPostgres } from '../test/postgres-server.ts'
import { type Child, startChild } from './child.ts'
import { type Opened, person, redirectUri, secret, type VaultWanted, verifier } from './contestant.ts'
import type { Job, Outcome } from './load.ts'
import { quantile } from './quantile.ts'

const { values: flags } = parseArgs({ options: { seconds: { type: 'string', default: '5' } } })
const callers = 50
const connections = 32
const headers = {
  authorization: `Basic ${Buffer.from(`agent:${secret}`).toString('base64')}`,
  'content-type': 'application/x-www-form-urlencoded',
}

const postgres = await startPostgres({ fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on' })
try {
  for (const [name, detail] of [
    ['SQLite', {}],
    ['PostgreSQL', { database: postgres.url }],
  ] as const)
    await measure(name, detail)
} finally {
  await postgres.stop()
}

async function measure(name: string, detail: object): Promise<void> {
  const children = ['gatehouse.ts', 'upstream.ts', 'load.ts'].map(startChild) as [Child, Child, Child]
  const [server, upstream, load] = children
  try {
    const { origin } = await server.ask<Opened>('open', detail)
    await server.ask('vault', await upstream.ask<VaultWanted>('open', { sub: person.sub }))
    const body = await exchangeBody(origin, server)
    const { tokens, calls } = await fromExpired(origin, body, upstream)
    const job: Job = {
      ...{ origin, method: 'POST', path: '/token', headers, bodies: { kind: 'same', text: body }, member: 'access_token', connections },
      seconds: Number(flags.seconds),
    }
    const before = await server.ask<number>('cpu')
    const { count, seconds, latencies, errors } = await load.ask<Outcome>('run', job)
    const cpu = Math.round(((await server.ask<number>('cpu')) - before) / count)
    const later = (await upstream.ask<number>('calls')) - calls
    const [p50, p99] = [0.5, 0.99].map((part) => quantile(latencies, part).toFixed(1))
    process.stdout.write(
      `${name}: ${callers} callers of one expired entry: ${calls} request to the provider, ${tokens} token\n` +
        `${name}: ${Math.round(count / seconds)} tokens per second from the kept one, p50 ${p50} ms, p99 ${p99} ms, ${cpu} µs CPU each, ${later} requests to the provider\n`,
    )
    if (calls !== 1 || tokens !== 1 || later !== 0 || errors > 0) process.exitCode = 1
  } finally {
    await Promise.all(children.map((child) => child.stop()))
  }
}

/** A token exchange by the agent, for an access token of the person that it redeemed a code for. */
async function exchangeBody(origin: string, server: Child): Promise<string> {
  const [code] = await server.ask<string[]>('codes', { client: 'agent', scope: 'openid', count: 1 })
  const fields = { grant_type: 'authorization_code', code: code!, redirect_uri: redirectUri, code_verifier: verifier }
  const { access_token } = await post(origin, new URLSearchParams(fields).toString())
  return new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    audience: 'upstream',
    subject_token: access_token,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  }).toString()
}

async function fromExpired(origin: string, body: string, upstream: Child): Promise<{ tokens: number; calls: number }> {
  const before = await upstream.ask<number>('calls')
  const vended = await Promise.all(Array.from({ length: callers }, () => post(origin, body)))
  return { tokens: new Set(vended.map(({ access_token }) => access_token)).size, calls: (await upstream.ask<number>('calls')) - before }
}

async function post(origin: string, body: string): Promise<{ access_token: string }> {
  const response = await fetch(`${origin}/token`, { method: 'POST', headers, body })
  if (response.status !== 200) throw new Error(`the server answered with ${response.status}: ${await response.text()}`)
  return (await response.json()) as { access_token: string }
}
