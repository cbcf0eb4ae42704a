/** Decides which step an authorization request needs next — OpenID Connect Core §3.1.2.3, §3.1.2.4. */
import type { Flow, SecondFactorStep, Session, Step } from './types.ts'

/** Whether consent is asked: never, once for each permission, or each time. */
export type ConsentRule = 'skip' | 'once' | 'always'

/** What decides besides the request itself. */
export interface Terms {
  consent: ConsentRule
  /** The step by which the person must still show or set up a second factor. */
  secondFactor: SecondFactorStep | undefined
  /** The person may use the client. */
  assigned: boolean
  /** Everything that is requested was allowed before. */
  covered: boolean
}

/** The next step that the user must take. Pure. */
export function nextStep(
  flow: Pick<Flow, 'asked' | 'answered' | 'pending'>,
  session: Session | undefined,
  { consent, secondFactor, assigned, covered }: Terms,
  now: number,
): Step {
  const { asked, answered, pending } = flow
  if (pending) return secondFactor ?? 'sign-in'
  const mayChoose = answered.includes('sign-in') || answered.includes('choose-account')
  if (asked.prompt.includes('create') && !mayChoose) return 'sign-up'
  if (!session) return 'sign-in'
  if (asked.prompt.includes('select_account') && !mayChoose) return 'choose-account'
  if (mustSignIn(flow, session, now)) return 'sign-in'
  if (secondFactor) return secondFactor === 'enrolment' ? 'sign-in' : secondFactor // setting up a factor needs a new sign-in
  if (session.requiredAction) return session.requiredAction
  if (!assigned) return 'not-assigned'

  const anew = consent === 'always' || asked.prompt.includes('consent')
  if (anew && !answered.includes('consent')) return 'consent'
  if (consent === 'skip') return 'done'
  return covered ? 'done' : 'consent'
}

/** A sign-in counts for a flow only when it started this session: for another session of the browser no password was asked. */
function mustSignIn({ asked, answered }: Pick<Flow, 'asked' | 'answered'>, session: Session, now: number): boolean {
  if (asked.hintedSubject !== undefined && asked.hintedSubject !== session.subject) return true
  if (answered.includes('sign-in') && session.authTime >= asked.askedAt) return false
  return asked.prompt.includes('login') || asked.maxAge === 0 || (asked.maxAge !== undefined && now - session.authTime > asked.maxAge)
}
