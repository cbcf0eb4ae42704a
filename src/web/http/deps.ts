/** What the HTTP listener needs from the application. */
import type { Route, WebTenant } from './route.ts'

export interface HttpDeps {
  issuer: string
  version: string
  routes: readonly Route[]
  /** The active tenant of a slug, '' being the root. */
  tenant(slug: string): WebTenant | undefined | Promise<WebTenant | undefined>
  /** Whether the server can answer requests, and with what limitation. */
  ready(): Promise<Readiness>
  /** 128 bits in base64url. */
  id(): string
  /** Returns a function that returns the milliseconds since this call. */
  stopwatch(): () => number
  /** Seconds since the epoch. */
  now(): number
  /** Pages of refusals show how to mend them. */
  help: boolean
  log: Log
}
/** `degraded`: it serves, but its operator should act. The reason is one sentence without data. */
export type Readiness = { status: 'ready' } | { status: 'degraded' | 'not ready'; reason: string }

export interface Log {
  info(what: object, text: string): void
  warn(what: object, text: string): void
  error(what: object, text: string): void
}
