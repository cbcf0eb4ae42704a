/** A valid request to one route, whose parts test cases make hostile. */
import type { Fixture } from './fixture.ts'
import type { Headers } from './http.ts'
import type { Json } from './json.ts'
import type { Expectation } from './oracle.ts'
import type { Random } from './random.ts'
import type { Field } from './request.ts'

export interface Usual {
  /** Values of the names in the path. */
  path?: Readonly<Record<string, string>>
  query?: readonly Field[]
  /** The body: a form, JSON or a signed text. */
  form?: readonly Field[]
  json?: Json
  signed?: { type: string; text: string }
  headers?: Headers
  expected?: Expectation
}

/** For one method of a route. */
export type Fill = (random: Random, fixture: Fixture, method: string) => Usual | Promise<Usual>

export const bearer = (token: string): readonly [string, string] => ['Authorization', `Bearer ${token}`]
