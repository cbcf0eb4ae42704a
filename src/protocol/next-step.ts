/** What stands between a request and its answer — OpenID Connect Core §3.1.2.3, §3.1.2.4. */
import type { AuthorizationRequest, Flow, Grant, Session, Step } from './types.ts'

/** What the user still owes this flow. Pure. */
export function nextStep(flow: Pick<Flow, 'asked' | 'answered'>, session: Session | undefined, grant: Grant | undefined, skipConsent: boolean, now: number): Step {
  const { asked, answered } = flow
  if (!session) return 'sign-in'
  const mayChoose = answered.includes('sign-in') || answered.includes('choose-account')
  if (asked.prompt.includes('select_account') && !mayChoose) return 'choose-account'
  if (mustSignIn(asked, session, now, answered.includes('sign-in'))) return 'sign-in'
  if (session.owes) return session.owes

  if (asked.prompt.includes('consent') && !answered.includes('consent')) return 'consent'
  if (skipConsent) return 'done'
  return asked.scope.every((s) => grant?.scope.includes(s)) ? 'done' : 'consent'
}

function mustSignIn(asked: AuthorizationRequest, session: Session, now: number, signedIn: boolean): boolean {
  if (asked.hintedSubject !== undefined && asked.hintedSubject !== session.subject) return true
  const afresh = asked.prompt.includes('login') || asked.maxAge === 0
  if (afresh) return !signedIn
  return asked.maxAge !== undefined && now - session.authTime > asked.maxAge
}
