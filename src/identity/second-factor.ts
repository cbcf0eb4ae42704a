/** What is owed after a right password, and the codes that settle it — NIST SP 800-63B-4 §2.2; RFC 8176 names what was shown. */
import type { Happening } from '../protocol/audit-events.ts'
import { refuse, refuseNoted, TooMany } from '../protocol/errors.ts'
import type { SecondFactorDebt, SignInProof } from '../protocol/types.ts'
import { spendRecoveryCode } from './recovery-codes.ts'
import { checkPassword, type SignIn } from './sign-in.ts'
import { type Trier, tryCode, trySignIn } from './throttle.ts'
import { checkTotp, digitsOf } from './totp.ts'
import type { Account } from './types.ts'

/** How long half a sign-in waits for its other half, in seconds. */
export const halfLifetime = 600

/** Undefined: the password is enough. */
export async function debtOf({ store, secondFactor }: SignIn, subject: string): Promise<SecondFactorDebt | undefined> {
  const { totp, passkeys } = await store.factors.of(subject)
  if (totp || passkeys > 0) return 'second-factor'
  return secondFactor === 'required' ? 'enrolment' : undefined
}

/** The same for as long as the account has the same password. */
export function passwordMark({ pseudonym }: Pick<SignIn, 'pseudonym'>, { subject, passwordHash }: Account): string {
  return pseudonym(`password of ${subject}: ${passwordHash}`)
}

/** What came of a code: how it is named, that it is wrong, or how many seconds to wait before another. */
export type CodeOutcome = Shown | 'wrong' | { wait: number }

/** `detail`: for the audit log. */
interface Shown {
  amr: readonly string[]
  detail: Happening['detail']
}

/** Tries a code of an app, or a recovery code: they never look alike. Each is good once. */
export async function showCode(room: SignIn, account: Account, code: string, now: number): Promise<CodeOutcome> {
  const { wait, succeeded } = await tryCode(room, account.subject, now)
  if (wait !== undefined) return { wait }
  const digits = digitsOf(code)
  const isRecovery = !/^\d{6}$/.test(digits)
  const right = isRecovery ? await spendRecoveryCode(room, account, code) : await checkTotp(room, account.subject, digits, now)
  if (!right) return 'wrong'
  await succeeded()
  return { amr: ['otp', 'mfa'], detail: isRecovery ? { recovery_code: true } : {} } // RFC 8176 §2
}

/** For the audit log: the password was right, the code was not. */
export function wrongCode({ subject }: Account): Happening {
  return { act: 'user.sign-in', outcome: 'failure', target: subject, detail: { error: 'insufficient_user_authentication' } }
}

/** Somebody who has come in without a browser. */
export interface Entrance {
  account: Account
  proof: SignInProof
  /** For the audit log. */
  detail: { acr: string } & Happening['detail']
}

/**
 * Whoever has no page on which to ask for more: a password and, from those who have a second factor, a code. Undefined when login or
 * password are wrong or the account is not active. Refuses who owes more; throws `TooMany`.
 */
export async function tryAlone(
  room: SignIn,
  trier: Trier,
  { password, otp }: { password: string; otp: string | undefined },
  now: number,
): Promise<Entrance | undefined> {
  const { wait, succeeded } = await trySignIn(room, trier, now)
  if (wait !== undefined) throw new TooMany('too many tries at a password', wait)
  const account = await checkPassword(room, trier.login, password)
  if (!account) return undefined
  await succeeded()
  const shown = await showAlone(room, account, otp, now)
  const acr = shown ? 'aal2' : 'aal1'
  const { subject, passwordHash } = account
  const proof = { subject, passwordHash, authTime: now, acr, amr: ['pwd', ...(shown?.amr ?? [])] }
  return { account, proof, detail: { acr, ...shown?.detail } }
}

/** What was shown beside the password; undefined: nothing is needed. */
async function showAlone(room: SignIn, account: Account, otp: string | undefined, now: number): Promise<Shown | undefined> {
  const debt = await debtOf(room, account.subject)
  if (debt === undefined) return undefined
  if (debt === 'enrolment') refuse('access_denied', 'a second factor is required here; sign in with a browser and set one up')
  if (otp === undefined)
    refuse('insufficient_user_authentication', 'a second factor is needed: send a code of it, or a recovery code, as otp')
  const outcome = await showCode(room, account, otp, now)
  if (outcome === 'wrong')
    return refuseNoted(wrongCode(account), 'insufficient_user_authentication', 'the code is not right, or was used already')
  if ('wait' in outcome) throw new TooMany('too many tries at a code', outcome.wait)
  return outcome
}
