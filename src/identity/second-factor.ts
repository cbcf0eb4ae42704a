/** The step after a right password, and the codes that complete it — NIST SP 800-63B-4 §2.2; `amr` values of RFC 8176. */
import type { AuditEvent } from '../protocol/audit-events.ts'
import { refuse, refuseAudited, TooMany } from '../protocol/errors.ts'
import { typedCode } from '../protocol/typed-code.ts'
import type { SecondFactorStep, SignInProof } from '../protocol/types.ts'
import type { Account } from './account.ts'
import { missingFactor, wrongFactor } from './failed-sign-in.ts'
import { spendRecoveryCode } from './recovery-codes.ts'
import { checkPassword, type SignInDeps } from './sign-in.ts'
import { type AttemptSource, attemptCode, attemptPassword } from './throttle.ts'
import { checkTotp } from './totp.ts'

/** How long a pending sign-in waits for its second factor, in seconds. */
export const pendingSignInLifetime = 600

/** Undefined: the password is enough. */
export async function secondFactorStepOf({ store, secondFactor }: SignInDeps, subject: string): Promise<SecondFactorStep | undefined> {
  const { totp, passkeys } = await store.factors.of(subject)
  if (totp || passkeys > 0) return 'second-factor'
  return secondFactor === 'required' ? 'enrolment' : undefined
}

/** Changes when the account's password does. */
export function passwordFingerprint({ pseudonym }: Pick<SignInDeps, 'pseudonym'>, { subject, passwordHash }: Account): string {
  return pseudonym(`password of ${subject}: ${passwordHash}`)
}

/** The result of a code: a checked factor, that it is wrong, or how many seconds to wait before another. */
export type CodeOutcome = CheckedFactor | 'wrong' | { wait: number }

/** `detail`: for the audit log. */
interface CheckedFactor {
  amr: readonly string[]
  detail: AuditEvent['detail']
}

/** Checks a code of an app, or a recovery code: they never look alike. Each is accepted once. */
export async function checkCode(deps: SignInDeps, account: Account, code: string, now: number): Promise<CodeOutcome> {
  const digits = typedCode(code)
  const isRecovery = !/^\d{6}$/.test(digits)
  const { wait, result } = await attemptCode(deps, account.subject, now, async (): Promise<CheckedFactor | undefined> => {
    const right = isRecovery ? await spendRecoveryCode(deps, account, code) : await checkTotp(deps, account.subject, digits, now)
    return right ? { amr: ['otp', 'mfa'], detail: isRecovery ? { recovery_code: true } : {} } : undefined // RFC 8176 §2
  })
  return wait === undefined ? (result ?? 'wrong') : { wait }
}

/** A completed sign-in without a page. */
export interface CompletedSignIn {
  account: Account
  proof: SignInProof
  /** For the audit log. */
  detail: { acr: string } & AuditEvent['detail']
}

/**
 * Signs in where no page can ask for more: by a password and, for an account that has a second factor, a code. Undefined when login or
 * password are wrong or the account is not active. Refuses when a further step is required; throws `TooMany`.
 */
export async function signInWithoutPage(
  deps: SignInDeps,
  source: AttemptSource,
  { password, otp }: { password: string; otp: string | undefined },
  now: number,
): Promise<CompletedSignIn | undefined> {
  const { wait, result: account } = await attemptPassword(deps, source, now, () => checkPassword(deps, source.login, password))
  if (wait !== undefined) throw new TooMany('too many attempts at a password', wait)
  if (!account) return undefined
  const shown = await checkSecondFactor(deps, account, otp, now)
  const acr = shown ? 'aal2' : 'aal1'
  const { subject, passwordHash } = account
  const proof = { subject, passwordHash, authTime: now, acr, amr: ['pwd', ...(shown?.amr ?? [])] }
  return { account, proof, detail: { acr, ...shown?.detail } }
}

/** What was shown beside the password; undefined: nothing is required. */
async function checkSecondFactor(
  deps: SignInDeps,
  account: Account,
  otp: string | undefined,
  now: number,
): Promise<CheckedFactor | undefined> {
  const step = await secondFactorStepOf(deps, account.subject)
  if (step === undefined) return undefined
  if (step === 'enrolment') refuse('access_denied', 'a second factor is required here; sign in with a browser and set one up')
  if (otp === undefined)
    refuseAudited(
      missingFactor(account, 'api'),
      'insufficient_user_authentication',
      'a second factor is needed: send a code of it, or a recovery code, as otp',
    )
  const outcome = await checkCode(deps, account, otp, now)
  if (outcome === 'wrong')
    return refuseAudited(wrongFactor(account, 'api'), 'insufficient_user_authentication', 'the code is not right, or was used already')
  if ('wait' in outcome) throw new TooMany('too many attempts at a code', outcome.wait)
  return outcome
}
