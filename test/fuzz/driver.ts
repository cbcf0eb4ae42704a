/** The fuzzing loop: starts a server, prepares fixtures, sends test cases, and replaces the server when it fails. */
import { forwarded } from './browser.ts'
import { beginCrawl, type Crawl, follow, nextCase } from './crawl.ts'
import { endpointCase } from './endpoints.ts'
import { type Fixture, fixture, type Installation, installation } from './fixture.ts'
import { type Harness, harness, ServerGone, setup } from './harness.ts'
import { connection } from './http.ts'
import { type Description, operationCase, readDescription } from './operations.ts'
import { called, SetupFailed } from './people.ts'
import { type Random, randomFrom } from './random.ts'
import { type Report, report } from './report.ts'
import { posted } from './request.ts'
import { type ServedRoute, servedRoutes } from './routes.ts'
import { startServer } from './server.ts'
import { withHttpFault } from './test-case.ts'
import { basic, redirectUri, renew } from './tokens.ts'
import { type World, world } from './world.ts'

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

/** Test cases that are under way at one time. */
const lanes = 6

export async function fuzz(run: Run): Promise<Outcome> {
  const found = report()
  const others = await world(redirectUri)
  const until = performance.now() + run.seconds * 1000
  let done = 0
  try {
    for (let servers = 0; servers < mostServers && done < run.requests && performance.now() < until; servers++)
      await withServer(run.engine, { report: found, seed: run.seed, number: () => done, world: others }, async (cases) => {
        while (done < run.requests && performance.now() < until) {
          await cases.prepare(done)
          const end = Math.min(run.requests, (Math.floor(done / tokenLifetime) + 1) * tokenLifetime)
          let next = done
          const inLane = async (lane: number) => {
            while (next < end && performance.now() < until) {
              await cases.run(next++, lane)
              done += 1
              if (done % 1000 === 0) run.progress?.(done)
            }
          }
          await Promise.all(Array.from({ length: lanes }, (_, lane) => inLane(lane)))
        }
        await cases.check()
      })
  } finally {
    await others.close()
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

/** `prepare`: before the test cases of these numbers. `check` throws `SetupFailed` unless the server is ready and issues tokens. */
export interface Cases {
  /** `anew`: with new fixtures. */
  prepare(number: number, anew?: boolean): Promise<void>
  /** Sends one. `lane`: those of one lane follow each other. */
  run(number: number, lane: number): Promise<void>
  /** One request without a fault to each of these routes. */
  plain(route: ServedRoute, number: number): Promise<void>
  check(): Promise<void>
}

interface Place {
  report: Report
  seed: number
  number(): number
  world: World
}

/** Whatever ends the server is in the report. */
export async function withServer(engine: Run['engine'], place: Place, work: (cases: Cases) => Promise<void>): Promise<void> {
  const server = await startServer(engine)
  const names = new Map<string, string>()
  const wire = connection(server.port, new URL(server.issuer).host)
  const at = harness({ server, connection: wire, ...place, names })
  try {
    await work(casesFor(at, { server, world: place.world, names }, place.seed))
  } catch (error) {
    if (error instanceof SetupFailed) at.tell('the server no longer works', error.message)
    else if (!(error instanceof ServerGone)) throw error
  } finally {
    wire.close()
    await server.stop()
  }
}

function casesFor(harness: Harness, place: Parameters<typeof installation>[2], seed: number): Cases {
  let base: Installation | undefined
  let here: Fixture | undefined
  let routes: Routes | undefined
  const crawls = new Map<number, Crawl>()

  async function made(number: number): Promise<Fixture> {
    const random = randomFrom(seed, -1 - number)
    base ??= await installation(harness, random, place)
    if (here) await check()
    crawls.clear()
    const made = await fixture(harness, random, base, number)
    routes ??= readRoutes(await called(harness, random, 'GET', '/openapi.json'))
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
    base ??= await installation(harness, random, place)
    const { status } = await called(harness, random, 'GET', '/readyz')
    const request = posted('/token', [['grant_type', 'client_credentials']], [basic(base.monitor), forwarded(random)])
    const answer = await harness.ask(setup, request)
    if (status !== 'ready' || answer?.status !== 200) throw new SetupFailed(`/readyz says ${status}, /token answers ${answer?.status}`)
  }

  async function step(random: Random, now: Fixture, lane: number): Promise<void> {
    const before = crawls.get(lane)
    const crawl = before && before.stepsLeft > 0 ? before : await beginCrawl(random, now)
    const testCase = nextCase(random, now, crawl)
    crawls.delete(lane)
    if (!testCase) return
    const { route, request, expected } = withHttpFault(random, testCase)
    crawls.set(lane, await follow(random, now, crawl, testCase, await harness.ask(route, request, expected)))
  }

  return {
    check,
    async prepare(number, anew = number % fixtureLifetime === 0) {
      if (!here || anew || !(await renewed(here, number))) here = await made(number)
    },
    async run(number, lane) {
      const [random, now] = [randomFrom(seed, number), here as Fixture]
      const { description, endpoints } = routes as Routes
      const kind = random.below(20)
      if (kind < 5) return step(random, now, lane)
      const testCase =
        kind < 12
          ? operationCase(random, now, description, random.pick(description.operations))
          : await endpointCase(random, now, random.pick(endpoints))
      const { route, request, expected } = withHttpFault(random, testCase)
      await harness.ask(route, request, expected)
    },
    async plain(route, number) {
      const [random, now] = [randomFrom(seed, number), here as Fixture]
      const { description } = routes as Routes
      const operation = description.operations.find(({ method, path }) => method === route.method && path === route.path)
      const usual = operation ? operationCase(random, now, description, operation, false) : await endpointCase(random, now, route, false)
      await harness.ask(usual.route, usual.request)
    },
  }
}

interface Routes {
  description: Description
  endpoints: readonly ServedRoute[]
}

/** The pages are crawled, too. */
function readRoutes(document: Parameters<typeof readDescription>[0]): Routes {
  const description = readDescription(document)
  const known = new Set(description.operations.map(({ method, path }) => `${method} ${path}`))
  const endpoints = servedRoutes.filter(({ method, path }) => !known.has(`${method} ${path}`) || path === '/register')
  return { description, endpoints }
}
