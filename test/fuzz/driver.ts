/** The run: a server, a world in it that is made anew now and then, and request after request. */
import { type Attack, bent } from './attack.ts'
import { type Endpoint, endpointAttack, readDiscovery } from './endpoints.ts'
import { connection, type Request } from './http.ts'
import { type Description, operationAttack, readDescription } from './operations.ts'
import { called, NotPrepared } from './people.ts'
import { type Probe, preparing, probe, ServerGone } from './probe.ts'
import { type Random, randomFrom } from './random.ts'
import { type Report, report } from './report.ts'
import { posted } from './request.ts'
import { type Server, startServer } from './server.ts'
import { basic, renew } from './tokens.ts'
import { forwarded } from './visit.ts'
import { beginWalk, goOn, stepOf, type Walk } from './walk.ts'
import { type Ground, ground, type World, world } from './world.ts'

export interface Run {
  engine: Parameters<typeof startServer>[0]
  seed: number
  requests: number
  /** No further request is begun after so many. */
  seconds: number
  /** Told now and then how far it is. */
  progress?: (done: number) => void
}

export interface Outcome {
  report: Report
  requests: number
}

/** Requests between two worlds. */
const worldLasts = 600
/** Requests after which those who make them sign in again. */
const tokensLast = 60
/** A server that had to be replaced so often will not last. */
const mostServers = 12

export async function fuzz(run: Run): Promise<Outcome> {
  const found = report()
  const until = performance.now() + run.seconds * 1000
  let done = 0
  for (let servers = 0; servers < mostServers && done < run.requests && performance.now() < until; servers++) {
    const server = await startServer(run.engine)
    const names = new Map<string, string>()
    const wire = connection(server.port, new URL(server.issuer).host)
    const at = probe({ server, connection: wire, report: found, seed: run.seed, number: () => done, names })
    try {
      const attacks = attackOn(at, server, names, run.seed)
      while (done < run.requests && performance.now() < until) {
        await attacks.next(done)
        done += 1
        if (done % 1000 === 0) run.progress?.(done)
      }
      await attacks.check()
    } catch (error) {
      if (error instanceof NotPrepared) at.tell('the server no longer serves', error.message)
      else if (!(error instanceof ServerGone)) throw error
    } finally {
      wire.close()
      await server.stop()
    }
  }
  return { report: found, requests: done }
}

/** `next` makes the request of a number; `check` throws `NotPrepared` when the server does not do what it is for any more. */
function attackOn(probe: Probe, server: Server, names: Map<string, string>, seed: number) {
  let base: Ground | undefined
  let here: World | undefined
  let routes: { description: Description; endpoints: readonly Endpoint[] } | undefined
  let walk: Walk | undefined
  let turn = 0

  async function prepare(number: number): Promise<World> {
    const random = randomFrom(seed, -1 - number)
    base ??= await ground(probe, random, server, names)
    routes ??= await readRoutes(probe, random)
    if (here) await check()
    walk = undefined
    probe.settled()
    return world(probe, random, base, number)
  }

  /** False when they cannot sign in any more: a password was changed, with the old one, or a client removed. */
  async function renewed(now: World, number: number): Promise<boolean> {
    try {
      await renew(now, randomFrom(seed, -1 - number))
      probe.settled()
      return true
    } catch (error) {
      if (error instanceof NotPrepared) return false
      throw error
    }
  }

  async function check(): Promise<void> {
    const random = randomFrom(seed, -1)
    const { status } = await called(probe, random, 'GET', '/readyz')
    const request = posted('/token', [['grant_type', 'client_credentials']], [basic(base!.watch), forwarded(random)])
    const answer = await probe.ask(preparing, request)
    if (status !== 'ready' || answer?.status !== 200) throw new NotPrepared(`/readyz says ${status}, /token answers ${answer?.status}`)
  }

  async function step(random: Random, now: World): Promise<void> {
    if (!walk || walk.stepsLeft <= 0) walk = await beginWalk(random, now)
    const attack = stepOf(random, now, walk)
    if (!attack) {
      walk = undefined
      return
    }
    const { route, request, expected } = bent(random, attack)
    walk = await goOn(random, now, walk, attack, await probe.ask(route, request, expected))
  }

  return {
    check,
    async next(number: number): Promise<void> {
      if (!here || number % worldLasts === 0 || (number % tokensLast === 0 && !(await renewed(here, number)))) here = await prepare(number)
      const random = randomFrom(seed, number)
      const { description, endpoints } = routes!
      const kind = random.below(20)
      if (kind < 5) return step(random, here)
      turn += 1
      const attack =
        kind < 14
          ? operationAttack(random, here, description, description.operations[turn % description.operations.length]!)
          : kind < 19
            ? await endpointAttack(random, here, endpoints[turn % endpoints.length]!)
            : documentAttack(random, here)
      const { route, request, expected } = bent(random, attack)
      await probe.ask(route, request, expected)
    },
  }
}

async function readRoutes(probe: Probe, random: Random) {
  const description = readDescription(await called(probe, random, 'GET', '/openapi.json'))
  const endpoints = readDiscovery(await called(probe, random, 'GET', '/.well-known/openid-configuration'))
  return { description, endpoints }
}

/** What is there to be read by everybody. */
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

function documentAttack(random: Random, { tenant }: World): Attack {
  const path = random.pick(documents)
  const base = random.chance(0.3) ? `/t/${tenant.slug}` : ''
  const [before, after] = path.startsWith('/.well-known') && random.chance(0.5) ? [path, base] : [base, path]
  const request: Request = { method: 'GET', target: before + after, headers: [forwarded(random)] }
  return { route: `GET ${path}`, request, expected: {} }
}
