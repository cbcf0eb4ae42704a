/** What stands between a request and its answer — OpenID Connect Core §3.1.2.3, §3.1.2.4. */
import type { Flow, SecondFactorStep, Session, Step } from './types.ts'

/** Whether an application must be allowed what it asks for: never, unless it was before, or each time anew. */
export type ConsentRule = 'skip' | 'once' | 'always'

/** What holds beside what was asked. */
export interface Terms {
  consent: ConsentRule
  /** What whoever is signing in, or is signed in, owes beyond what they have shown. */
  secondFactor: SecondFactorStep | undefined
  /** Everything that is asked for was allowed before. */
  covered: boolean
}

/** What the user still owes this flow. Pure. */
export function nextStep(
  flow: Pick<Flow, 'asked' | 'answered' | 'pending'>,
  session: Session | undefined,
  { consent, secondFactor, covered }: Terms,
  now: number,
): Step {
  const { asked, answered, pending } = flow
  if (pending) return secondFactor ?? 'sign-in'
  const mayChoose = answered.includes('sign-in') || answered.includes('choose-account')
  if (asked.prompt.includes('create') && !mayChoose) return 'sign-up'
  if (!session) return 'sign-in'
  if (asked.prompt.includes('select_account') && !mayChoose) return 'choose-account'
  if (mustSignIn(flow, session, now)) return 'sign-in'
  if (secondFactor) return secondFactor === 'enrolment' ? 'sign-in' : secondFactor // an old session sets up nothing
  if (session.requiredAction) return session.requiredAction

  const anew = consent === 'always' || asked.prompt.includes('consent')
  if (anew && !answered.includes('consent')) return 'consent'
  if (consent === 'skip') return 'done'
  return covered ? 'done' : 'consent'
}

/** A sign-in counts for a flow when this very session came of it: another one of the browser was not asked for its password. */
function mustSignIn({ asked, answered }: Pick<Flow, 'asked' | 'answered'>, session: Session, now: number): boolean {
  if (asked.hintedSubject !== undefined && asked.hintedSubject !== session.subject) return true
  if (answered.includes('sign-in') && session.authTime >= asked.askedAt) return false
  return asked.prompt.includes('login') || asked.maxAge === 0 || (asked.maxAge !== undefined && now - session.authTime > asked.maxAge)
}
