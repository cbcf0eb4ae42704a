/** Sends requests, checks every answer, and records faults with a minimal reproduction. */
import type { Answer, Connection, Request } from './http.ts'
import { header, NoAnswer } from './http.ts'
import { minimised } from './minimise.ts'
import { type Expectation, faultsOf, isOurs } from './oracle.ts'
import type { Report } from './report.ts'
import { asCommand } from './request.ts'
import type { Server } from './server.ts'
import type { World } from './world.ts'

export interface Harness {
  issuer: string
  /** Issuer of the provider that browsers are sent to. */
  provider: string
  /** Undefined when there was no answer, which is a fault. Throws `ServerGone` when the server process has ended. */
  ask(route: string, request: Request, expected?: Expectation): Promise<Answer | undefined>
  /** Records a fault that no single answer shows, with the changes that were accepted since `settled`. */
  tell(what: string, detail: string): void
  /** Called when the server is known to work. */
  settled(): void
}

/** Route name of the requests that prepare fixtures. */
export const setup = '(setup)'

export class ServerGone extends Error {
  override readonly name = 'ServerGone'
}

/** Only these addresses are documented to answer 502. */
const isOfAuthManager = ({ target }: Request) => /^\/v1\/(?:offline-token|refresh-token|access-token)/.test(target)

interface Checked {
  answer: Answer | undefined
  faults: readonly string[]
}

export function harness(at: {
  server: Server
  connection: Connection
  report: Report
  seed: number
  number(): number
  names: ReadonlyMap<string, string>
  world: Pick<World, 'provider'>
}): Harness {
  const { server, report, seed, number } = at
  let accepted: Request[] = []

  async function checked(request: Request, expected: Expectation): Promise<Checked> {
    const { provider } = at.world
    const before = provider.refused
    try {
      const answer = await at.connection.send(request)
      const refused = provider.refused > before ? 'now' : provider.refused > 0 ? 'before' : undefined
      const refusedByProvider = isOfAuthManager(request) ? refused : undefined
      return { answer, faults: faultsOf(answer, { ...expected, refusedByProvider }) }
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error
      return { answer: undefined, faults: [`no answer: ${error.message}`] }
    }
  }

  async function record(route: string, request: Request, expected: Expectation, { answer, faults }: Checked): Promise<void> {
    for (const what of faults) {
      const origin = answer && answer.status >= 500 ? await originOf(answer) : undefined
      const key = answer && !isOurs(answer) ? what : `${what} ${origin?.replace(/\d+/g, '#') ?? route}`
      if (!report.isNew(key, route)) continue
      const again = async (smaller: Request) => (await checked(smaller, expected)).faults.includes(what)
      const isSlow = answer ? answer.ms > 1000 : what.includes('nothing for')
      const least = isSlow ? request : await minimised(request, again)
      const command = asCommand(least, server.port, at.names)
      report.tell(key, { number: number(), seed, route, what, origin, command, answer: summary(answer) })
    }
  }

  /** The log line may arrive shortly after the answer. */
  async function originOf(answer: Answer): Promise<string | undefined> {
    const id = header(answer, 'x-request-id') ?? ''
    for (let n = 0; n < 20 && server.faultOf(id) === undefined; n++) await new Promise((resolve) => setTimeout(resolve, 5))
    return server.faultOf(id)
  }

  return {
    issuer: server.issuer,
    provider: at.world.provider.issuer,
    async ask(route, request, expected = {}) {
      const found = await checked(request, expected)
      report.count(route, found.answer)
      if (found.faults.length > 0) await record(route, request, expected, found)
      if (request.method !== 'GET' && found.answer && found.answer.status < 400 && route !== setup) accepted.push(request)
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
