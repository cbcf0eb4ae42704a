/** What a browser is signed in as, in a form that its scripts may read — OpenID Connect Session Management 1.0 §3.2. */
import { sha256 } from './codec/digest.ts'

/** Nobody is signed in, but somebody was. A browser that lets no frame read the state has none at all. */
export const signedOutState = 'none'

/** `sessions`: the ids in the browser's cookie, which are secrets. */
export function browserState(sessions: readonly string[]): string {
  return sessions.length === 0 ? signedOutState : sha256(sessions.join('.'))
}
