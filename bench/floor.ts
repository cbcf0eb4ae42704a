/** The floor: a bare `node:http` server that reads the request, makes the bare signatures, and answers as many bytes. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { performance } from 'node:perf_hooks'
import { promisify } from 'node:util'
import { answerAsks, cpuTime } from './child.ts'
import type { Opened } from './contestant.ts'

export type Signature = 'ES256' | 'RS256'

const signInThread = promisify<string, Buffer, Parameters<typeof sign>[2], Buffer>(sign)
const keys: Readonly<Record<Signature, KeyObject>> = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
}
const text = Buffer.alloc(400, 'x') // about what a token's signature covers
let answer = ''
let signatures: readonly Signature[] = []

answerAsks({ open, answerWith, signaturesPerSecond, cpu: cpuTime })

async function open(): Promise<Opened> {
  const server = createServer((req, res) => {
    req.on('data', () => {})
    req.on('end', async () => {
      for (const alg of signatures) await makeSignature(alg)
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length })
      res.end(answer)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, version: process.version }
}

/** What the next answers are: how many bytes, after which signatures. */
function answerWith(how: { bytes: number; signatures: readonly Signature[] }): void {
  answer = JSON.stringify({ floor: 'x'.repeat(Math.max(0, how.bytes - 12)) })
  signatures = how.signatures
}

/** RSA on a thread, as anyone would who has other requests to answer meanwhile. */
function makeSignature(alg: Signature): Buffer | Promise<Buffer> {
  if (alg === 'RS256') return signInThread('sha256', text, keys.RS256)
  return sign('sha256', text, { key: keys.ES256, dsaEncoding: 'ieee-p1363' })
}

/** Of one core. */
function signaturesPerSecond({ alg, seconds }: { alg: Signature; seconds: number }): number {
  const begin = performance.now()
  let count = 0
  for (; performance.now() - begin < seconds * 1000; count++) sign('sha256', text, { key: keys[alg], dsaEncoding: 'ieee-p1363' })
  return count / ((performance.now() - begin) / 1000)
}
