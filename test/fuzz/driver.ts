/** The fuzzing loop: starts a server, prepares fixtures, sends test cases, and replaces the server when it fails. */
import { forwarded } from './browser.ts'
import { beginCrawl, type Crawl, follow, nextCase } from './crawl.ts'
import { type Endpoint, endpointCase, readDiscovery } from './endpoints.ts'
import { type Fixture, fixture, type Installation, installation } from './fixture.ts'
import { type Harness, harness, ServerGone, setup } from './harness.ts'
import { connection, type Request } from './http.ts'
import { type Description, operationCase, readDescription } from './operations.ts'
import { called, SetupFailed } from './people.ts'
import { type Random, randomFrom } from './random.ts'
import { type Report, report } from './report.ts'
import { posted } from './request.ts'
import { type Server, startServer } from './server.ts'
import { type TestCase, withHttpFault } from './test-case.ts'
import { basic, renew } from './tokens.ts'

export interface Run {
  engine: Parameters<typeof startServer>[0]
  seed: number
  requests: number
  /** No request starts after this time. */
  seconds: number
  /** Called after every 1,000 requests. */
  progress?: (done: number) => void
}

export interface Outcome {
  report: Report
  requests: number
}

/** Requests after which the fixtures are prepared again. */
const fixtureLifetime = 600
/** Requests after which the callers sign in again. */
const tokenLifetime = 60
/** Share of answers that may be a 503 with Retry-After. */
const mostUnavailable = 0.01
/** Servers that may fail before the run ends. */
const mostServers = 12

export async function fuzz(run: Run): Promise<Outcome> {
  const found = report()
  const until = performance.now() + run.seconds * 1000
  let done = 0
  for (let servers = 0; servers < mostServers && done < run.requests && performance.now() < until; servers++) {
    const server = await startServer(run.engine)
    const names = new Map<string, string>()
    const wire = connection(server.port, new URL(server.issuer).host)
    const at = harness({ server, connection: wire, report: found, seed: run.seed, number: () => done, names })
    try {
      const cases = casesFor(at, server, names, run.seed)
      while (done < run.requests && performance.now() < until) {
        await cases.next(done)
        done += 1
        if (done % 1000 === 0) run.progress?.(done)
      }
      await cases.check()
    } catch (error) {
      if (error instanceof SetupFailed) at.tell('the server no longer works', error.message)
      else if (!(error instanceof ServerGone)) throw error
    } finally {
      wire.close()
      await server.stop()
    }
  }
  if (found.unavailable() > done * mostUnavailable) {
    const what = 'too many answers with status 503'
    found.isNew(what, '-')
    found.tell(what, {
      number: done,
      seed: run.seed,
      route: '-',
      what,
      origin: undefined,
      command: '-',
      answer: `${found.unavailable()} of them`,
    })
  }
  return { report: found, requests: done }
}

/** `next` sends the test case of a number. `check` throws `SetupFailed` unless the server is ready and issues tokens. */
function casesFor(harness: Harness, server: Server, names: Map<string, string>, seed: number) {
  let base: Installation | undefined
  let here: Fixture | undefined
  let routes: { description: Description; endpoints: readonly Endpoint[] } | undefined
  let crawl: Crawl | undefined
  let turn = 0

  async function prepare(number: number): Promise<Fixture> {
    const random = randomFrom(seed, -1 - number)
    base ??= await installation(harness, random, server, names)
    routes ??= await readRoutes(harness, random)
    if (here) await check()
    crawl = undefined
    const made = await fixture(harness, random, base, number)
    harness.settled()
    return made
  }

  /** False when a caller can no longer sign in, for example because a test case changed a password or removed a client. */
  async function renewed(now: Fixture, number: number): Promise<boolean> {
    try {
      await renew(now, randomFrom(seed, -1 - number))
      harness.settled()
      return true
    } catch (error) {
      if (error instanceof SetupFailed) return false
      throw error
    }
  }

  async function check(): Promise<void> {
    const random = randomFrom(seed, -1)
    base ??= await installation(harness, random, server, names)
    const { status } = await called(harness, random, 'GET', '/readyz')
    const request = posted('/token', [['grant_type', 'client_credentials']], [basic(base.monitor), forwarded(random)])
    const answer = await harness.ask(setup, request)
    if (status !== 'ready' || answer?.status !== 200) throw new SetupFailed(`/readyz says ${status}, /token answers ${answer?.status}`)
  }

  async function step(random: Random, now: Fixture): Promise<void> {
    if (!crawl || crawl.stepsLeft <= 0) crawl = await beginCrawl(random, now)
    const testCase = nextCase(random, now, crawl)
    if (!testCase) {
      crawl = undefined
      return
    }
    const { route, request, expected } = withHttpFault(random, testCase)
    crawl = await follow(random, now, crawl, testCase, await harness.ask(route, request, expected))
  }

  return {
    check,
    async next(number: number): Promise<void> {
      if (!here || number % fixtureLifetime === 0 || (number % tokenLifetime === 0 && !(await renewed(here, number))))
        here = await prepare(number)
      const random = randomFrom(seed, number)
      const { description, endpoints } = routes!
      const kind = random.below(20)
      if (kind < 5) return step(random, here)
      turn += 1
      const testCase =
        kind < 14
          ? operationCase(random, here, description, description.operations[turn % description.operations.length]!)
          : kind < 19
            ? await endpointCase(random, here, endpoints[turn % endpoints.length]!)
            : documentCase(random, here)
      const { route, request, expected } = withHttpFault(random, testCase)
      await harness.ask(route, request, expected)
    },
  }
}

async function readRoutes(harness: Harness, random: Random) {
  const description = readDescription(await called(harness, random, 'GET', '/openapi.json'))
  const endpoints = readDiscovery(await called(harness, random, 'GET', '/.well-known/openid-configuration'))
  return { description, endpoints }
}

/** Public documents and health checks. */
const documents = [
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
  '/openapi.json',
  '/docs',
  '/docs/scalar.js',
  '/healthz',
  '/readyz',
  '/version',
]

function documentCase(random: Random, { tenant }: Fixture): TestCase {
  const path = random.pick(documents)
  const base = random.chance(0.3) ? `/t/${tenant.slug}` : ''
  const [before, after] = path.startsWith('/.well-known') && random.chance(0.5) ? [path, base] : [base, path]
  const request: Request = { method: 'GET', target: before + after, headers: [forwarded(random)] }
  return { route: `GET ${path}`, request, expected: {} }
}
