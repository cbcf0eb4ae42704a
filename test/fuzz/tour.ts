/** Sends requests without a fault to every route, so that each is known to get behind the first checks. */
import { type Run, withServer } from './driver.ts'
import { type Report, report } from './report.ts'
import { type ServedRoute, servedRoutes } from './routes.ts'
import { redirectUri } from './tokens.ts'
import { world } from './world.ts'

/** Tries at each route: an earlier request can have made one impossible. */
const mostTries = 16
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** `done`: called after the routes of each method, with those that accepted no request. */
export async function tour(
  { engine, seed }: Pick<Run, 'engine' | 'seed'>,
  wanted: (route: ServedRoute) => boolean,
  done: (method: string, never: readonly string[]) => Promise<void>,
): Promise<Report> {
  const found = report()
  const others = await world(redirectUri)
  let number = 0
  try {
    await withServer(engine, { report: found, seed, number: () => number, world: others }, async (cases) => {
      for (const method of methods) {
        await cases.prepare(number, method === 'DELETE') // whose objects the others may have removed
        const routes = servedRoutes.filter((route) => route.method === method && wanted(route)).toReversed() // what is within something first
        for (const { path, ...route } of routes)
          for (let n = 0; n < mostTries && !found.accepts(`${method} ${path}`); n++) await cases.plain({ ...route, path }, ++number)
        const never = routes.map(({ path }) => `${method} ${path}`).filter((route) => !found.accepts(route))
        await done(method, never)
      }
      await cases.check()
    })
  } finally {
    await others.close()
  }
  return found
}
