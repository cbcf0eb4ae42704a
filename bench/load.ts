/** The load, from a process of its own: so many connections, each sending its next request when it has the answer to the last. */
import { performance } from 'node:perf_hooks'
import { Client, type Dispatcher } from 'undici'
import { answerAsks } from './child.ts'

export interface Job {
  origin: string
  method: 'GET' | 'POST'
  path: string
  headers: Readonly<Record<string, string>>
  bodies: Bodies
  /** What follows each request on its connection; both are one. */
  next?: { path: string; texts: readonly string[]; member: string }
  /** A member of every right answer, which has status 200 or 201. */
  member: string
  connections: number
  /** Ends after so many seconds, or when the bodies are used up. */
  seconds: number
}

/** What is sent: always the same; each text once, with a DPoP proof of its own where there are some; or, on each connection, the refresh token that came with the last answer. */
export type Bodies =
  | { kind: 'same'; text?: string }
  | { kind: 'each'; texts: readonly string[]; proofs?: readonly string[] }
  | { kind: 'chains'; heads: readonly string[] }

export interface Outcome {
  count: number
  seconds: number
  /** Of each request, in milliseconds. */
  latencies: number[]
  /** Of one answer's body. */
  bytes: number
  /** Requests without a right answer. */
  errors: number
}

/** More of them end the run. */
const MOST_ERRORS = 100

answerAsks({ run })

async function run(job: Job): Promise<Outcome> {
  const latencies: number[] = []
  const queue = job.bodies.kind === 'each' ? [...job.bodies.texts] : []
  const proofs = job.bodies.kind === 'each' ? [...(job.bodies.proofs ?? [])] : []
  const later = [...(job.next?.texts ?? [])]
  const heads = job.bodies.kind === 'chains' ? [...job.bodies.heads] : []
  const begin = performance.now()
  const end = begin + job.seconds * 1000
  let bytes = 0
  const errors: Error[] = []

  async function connection(n: number): Promise<void> {
    const client = new Client(job.origin, { pipelining: 1 })
    try {
      while (performance.now() < end) {
        const body = bodyFor(n)
        if (body === 'none left') return
        await request(client, body, n)
        if (errors.length > MOST_ERRORS) throw errors[0]
      }
    } finally {
      await client.close()
    }
  }

  async function request(client: Client, body: string | null, n: number): Promise<void> {
    const sent = performance.now()
    try {
      const dpop = proofs.pop()
      const text = await exchange(client, dpop === undefined ? job : { ...job, headers: { ...job.headers, dpop } }, body)
      const answer = rightAnswer(text, job.member)
      if (job.next) rightAnswer(await exchange(client, { ...job, path: job.next.path }, later.pop() ?? job.next.texts[0]!), job.next.member)
      latencies.push(performance.now() - sent)
      if (heads[n] !== undefined) heads[n] = answer['refresh_token'] as string
      bytes = text.length
    } catch (error) {
      errors.push(error as Error)
    }
  }

  function bodyFor(n: number): string | null {
    if (job.bodies.kind === 'each') return queue.pop() ?? 'none left'
    if (job.bodies.kind === 'chains') return `grant_type=refresh_token&refresh_token=${heads[n]}`
    return job.bodies.text ?? null
  }

  await Promise.all(Array.from({ length: job.connections }, (_, n) => connection(n)))
  const seconds = (performance.now() - begin) / 1000
  if (latencies.length === 0) throw errors[0] ?? new Error('nothing was asked')
  return { count: latencies.length, seconds, latencies, bytes, errors: errors.length }
}

function rightAnswer(text: string, member: string): Record<string, unknown> {
  const answer = JSON.parse(text)
  if (!(member in answer)) throw new Error(`an answer lacks ${member}: ${text.slice(0, 200)}`)
  return answer
}

/** One request, by the quickest way the client has; resolves with the body of a 200 or 201. */
function exchange(client: Client, { method, path, headers }: Job, body: string | null): Promise<string> {
  return new Promise((resolve, reject) => {
    let status = 0
    let text = ''
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart() {},
      onResponseStart(_controller, statusCode) {
        status = statusCode
      },
      onResponseData(_controller, chunk) {
        text += chunk.toString()
      },
      onResponseEnd() {
        if (status === 200 || status === 201) resolve(text)
        else reject(new Error(`${method} ${path} was answered with ${status}: ${text.slice(0, 300)}`))
      },
      onResponseError(_controller, error) {
        reject(error)
      },
    }
    client.dispatch({ method, path, headers, body }, handler)
  })
}
