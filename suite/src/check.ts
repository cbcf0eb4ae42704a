/** The definition of a check: one clause of a specification and how to test it. */

import type { CheckContext } from './context.ts'
import type { Need } from './needs.ts'

/** Requirement levels of RFC 2119. The first line leads to failures, the second to warnings. */
export type Level =
  | ('MUST' | 'MUST NOT' | 'REQUIRED' | 'SHALL' | 'SHALL NOT')
  | ('SHOULD' | 'SHOULD NOT' | 'RECOMMENDED' | 'NOT RECOMMENDED')

export interface Check {
  /** Specification and section, such as `RFC 6749 §4.1.3`. */
  clause: string
  level: Level
  /** The behavior of a conforming server, in one sentence. */
  title: string
  /** What a server must advertise for the check to be applicable. */
  needs?: readonly Need[]
  /** Time limit. Default: 30. */
  seconds?: number
  /** Throws if the server violates the clause. */
  run(context: CheckContext): Promise<void>
}

/** A check with its id, the path of its file, such as `rfc6749/code-is-used-once`. */
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

/** True if a violation is a failure, false if it is a warning. */
export function isBinding({ level }: Pick<Check, 'level'>): boolean {
  return ['MUST', 'MUST NOT', 'REQUIRED', 'SHALL', 'SHALL NOT'].includes(level)
}
