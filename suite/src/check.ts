/** What a check is: one clause of a specification, and how a server is put to it. */
import type { Need } from './needs.ts'
import type { Stage } from './stage.ts'

/** RFC 2119. A server that breaks one of the first line fails; one of the second line is a warning. */
export type Level =
  | ('MUST' | 'MUST NOT' | 'REQUIRED' | 'SHALL' | 'SHALL NOT')
  | ('SHOULD' | 'SHOULD NOT' | 'RECOMMENDED' | 'NOT RECOMMENDED')

export interface Check {
  /** Specification and section, such as `RFC 6749 §4.1.3`. */
  clause: string
  level: Level
  /** What a server does that keeps the clause, in one sentence. */
  title: string
  /** What a server must offer for the clause to concern it. */
  needs?: readonly Need[]
  /** How long it may take; 30 when absent. */
  seconds?: number
  /** Throws when the server breaks the clause. */
  run(stage: Stage): Promise<void>
}

/** A check by the name of its file, such as `rfc6749/code-is-used-once`. */
export interface NamedCheck extends Check {
  id: string
}

export function check(check: Check): Check {
  return check
}

/** `RFC 6749` of `RFC 6749 §4.1.3`. */
export function specificationOf({ clause }: Pick<Check, 'clause'>): string {
  return clause.split(' §')[0]!
}

/** Is breaking it a failure, or a warning only? */
export function isBinding({ level }: Pick<Check, 'level'>): boolean {
  return ['MUST', 'MUST NOT', 'REQUIRED', 'SHALL', 'SHALL NOT'].includes(level)
}
