/** A refusal that names the scope — RFC 6749 §3.3, §5.2. */
import { refuse } from './errors.ts'

/** Refuses unless all of these scopes are registered. */
export function refuseScope(asked: readonly string[], registered: readonly string[]): void {
  const refused = asked.filter((scope) => !registered.includes(scope))
  if (refused.length === 0) return
  const named = refused.filter(isSafeToShow).slice(0, 5).join(' ')
  if (named === '') refuse('invalid_scope', 'scope has a value that this client is not registered for')
  refuse('invalid_scope', `scope has a value that this client is not registered for: ${named}`)
}

/** Applications show descriptions to people: a text that could be an address or a sentence is not repeated. */
function isSafeToShow(scope: string): boolean {
  return /^[a-z][a-z0-9_:-]{0,39}$/i.test(scope)
}
