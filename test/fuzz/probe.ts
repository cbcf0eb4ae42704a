/** Sends requests, judges every answer, and keeps what was found. */
import type { Answer, Connection, Request } from './http.ts'
import { header, NoAnswer } from './http.ts'
import { minimised } from './minimise.ts'
import { type Expectation, faultsOf, isOurs } from './oracle.ts'
import type { Report } from './report.ts'
import { asCommand } from './request.ts'
import type { Server } from './server.ts'

export interface Probe {
  issuer: string
  /** Undefined when there was no answer, which is a fault. Throws `ServerGone` when there is no server any more. */
  ask(route: string, request: Request, expected?: Expectation): Promise<Answer | undefined>
  /** A fault that no single answer shows, with the changes that were accepted since all was well. */
  tell(what: string, detail: string): void
  /** All is well. */
  settled(): void
}

/** The row of the requests by which the world is made. */
export const preparing = '(preparing)'

export class ServerGone extends Error {
  override readonly name = 'ServerGone'
}

interface Judged {
  answer: Answer | undefined
  faults: readonly string[]
  why?: string
}

export function probe(at: {
  server: Server
  connection: Connection
  report: Report
  seed: number
  number(): number
  names: ReadonlyMap<string, string>
}): Probe {
  const { server, report, seed, number } = at
  let accepted: Request[] = []

  async function judged(request: Request, expected: Expectation): Promise<Judged> {
    try {
      const answer = await at.connection.send(request)
      return { answer, faults: faultsOf(answer, expected) }
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error
      return { answer: undefined, faults: [`no answer: ${error.message}`] }
    }
  }

  async function note(route: string, request: Request, expected: Expectation, { answer, faults }: Judged): Promise<void> {
    for (const what of faults) {
      const origin = answer && answer.status >= 500 ? await originOf(answer) : undefined
      const key = answer && !isOurs(answer) ? what : `${what} ${origin?.replace(/\d+/g, '#') ?? route}`
      if (!report.isNew(key, route)) continue
      const again = async (smaller: Request) => (await judged(smaller, expected)).faults.includes(what)
      const least = answer && answer.ms > 1000 ? request : await minimised(request, again)
      const told = {
        number: number(),
        seed,
        route,
        what,
        origin,
        command: asCommand(least, server.port, at.names),
        answer: summary(answer),
      }
      report.tell(key, told)
    }
  }

  /** The log is written a moment after the answer, at times. */
  async function originOf(answer: Answer): Promise<string | undefined> {
    const id = header(answer, 'x-request-id') ?? ''
    for (let n = 0; n < 20 && server.faultOf(id) === undefined; n++) await new Promise((resolve) => setTimeout(resolve, 5))
    return server.faultOf(id)
  }

  return {
    issuer: server.issuer,
    async ask(route, request, expected = {}) {
      const found = await judged(request, expected)
      report.count(route, found.answer)
      if (found.faults.length > 0) await note(route, request, expected, found)
      if (request.method !== 'GET' && found.answer && found.answer.status < 400 && route !== preparing) accepted.push(request)
      const gone = server.gone()
      if (gone === undefined) return found.answer
      tell('the server ended', `${gone}\n${asCommand(request, server.port, at.names)}`)
      throw new ServerGone(gone)
    },
    tell,
    settled() {
      accepted = []
    },
  }

  function tell(what: string, detail: string): void {
    if (!report.isNew(what, '-')) return
    const before = accepted.slice(-60).map((request) => `    ${asCommand(request, server.port, at.names).slice(0, 600)}`)
    const command = `${detail}\n  accepted before it:\n${before.join('\n')}`
    report.tell(what, { number: number(), seed, route: '-', what, origin: undefined, command, answer: '-' })
  }
}

function summary(answer: Answer | undefined): string {
  if (!answer) return 'none'
  const body = answer.body.toString().replace(/\s+/g, ' ').slice(0, 200)
  return `${answer.status} ${header(answer, 'content-type') ?? ''} ${JSON.stringify(body)} in ${Math.round(answer.ms)} ms`
}
