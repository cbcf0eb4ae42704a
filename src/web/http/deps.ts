/** The house as the door knows it. */
import type { Route, WebTenant } from './route.ts'

/** What the door needs of the house. */
export interface HttpDeps {
  issuer: string
  version: string
  routes: readonly Route[]
  /** The tenant of a path; '' is the root. Undefined: there is none, or it is suspended. */
  tenant(slug: string): Promise<WebTenant | undefined>
  /** Can it serve, and with what limitation? */
  ready(): Promise<Readiness>
  /** 128 bits in base64url. */
  id(): string
  /** Started now: how many milliseconds ago that was. */
  stopwatch(): () => number
  log: Log
}
/** `degraded`: it serves, but its operator should act. The reason is one sentence without data. */
export type Readiness = { status: 'ready' } | { status: 'degraded' | 'not ready'; reason: string }

export interface Log {
  info(what: object, text: string): void
  warn(what: object, text: string): void
  error(what: object, text: string): void
}
