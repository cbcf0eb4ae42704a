/** `npm run bench:algorithms`: tokens per second for each algorithm beside the bare signature rate of one core, and what it costs to look into them. */
import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { type AccessTokenAlg, accessTokenAlgs } from '../src/protocol/algs.ts'
import { startChild } from './child.ts'
import { type Opened, secret } from './contestant.ts'
import type { Job, Outcome } from './load.ts'
import { table } from './table.ts'

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '2' } } })
const seconds = Number(values.seconds)
const text = Buffer.alloc(400, 'x') // about what a token's signature covers

const keys: Readonly<Record<Exclude<AccessTokenAlg, 'HS256'>, KeyObject>> = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  EdDSA: generateKeyPairSync('ed25519').privateKey,
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  PS256: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  'ML-DSA-44': generateKeyPairSync('ml-dsa-44').privateKey,
  'ML-DSA-65': generateKeyPairSync('ml-dsa-65').privateKey,
}

function bareSignature(alg: AccessTokenAlg): () => unknown {
  if (alg === 'HS256') return () => createHmac('sha256', secret).update(text).digest()
  const digest = alg === 'ES256' || alg === 'RS256' || alg === 'PS256' ? 'sha256' : undefined
  const padding = alg === 'PS256' ? { padding: 6, saltLength: 32 } : {}
  return () => sign(digest, text, { key: keys[alg], dsaEncoding: 'ieee-p1363', ...padding })
}

function perSecond(work: () => unknown): number {
  const begin = performance.now()
  let count = 0
  for (; performance.now() - begin < 500; count++) work()
  return (count * 1000) / (performance.now() - begin)
}

const server = startChild('gatehouse.ts')
const load = startChild('load.ts')
try {
  const { origin } = await server.ask<Opened>('open', { algorithms: true })
  const asked = (path: string, client: string, body: string, member: string): Job => ({
    origin,
    method: 'POST',
    path,
    headers: { authorization: `Basic ${btoa(`${client}:${secret}`)}`, 'content-type': 'application/x-www-form-urlencoded' },
    bodies: { kind: 'same', text: body },
    member,
    connections: 32,
    seconds,
  })
  const rate = async (job: Job) => {
    await load.ask<Outcome>('run', { ...job, seconds: seconds / 4 })
    const { count, seconds: took } = await load.ask<Outcome>('run', job)
    return Math.round(count / took)
  }
  const rows: string[][] = []
  for (const alg of [...accessTokenAlgs, 'opaque'] as const) {
    const client = `machine-${alg}`
    const grant = asked('/token', client, 'grant_type=client_credentials', 'access_token')
    const answer = await fetch(`${origin}/token`, { method: 'POST', headers: grant.headers, body: 'grant_type=client_credentials' })
    const { access_token: token } = (await answer.json()) as { access_token: string }
    const bare = alg === 'opaque' ? '' : String(Math.round(perSecond(bareSignature(alg))))
    const tokens = await rate(grant)
    const introspections = await rate(asked('/introspect', client, `token=${token}`, 'client_id'))
    rows.push([alg, String(tokens), bare, String(introspections), String(token.length)])
  }
  process.stdout.write(table(['access token', 'tokens/s', 'bare signatures/s', 'introspections/s', 'bytes'], rows))
} finally {
  await Promise.all([server.stop(), load.stop()])
}
