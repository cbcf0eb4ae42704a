/** What the audit log is told of a sign-in that failed — NIST SP 800-53 AU-3, OWASP ASVS 16.3.1. */
import type { AuditEvent } from '../protocol/audit-events.ts'
import { printable } from '../protocol/text.ts'
import { type Account, foldLogin, isActive } from './account.ts'
import type { IdentityStore } from './store.ts'

/** Where somebody tried to sign in. */
export type SignInPlace = 'page' | 'api' | 'password_grant'

/** Characters of what was typed that are recorded. */
const maxLogin = 100
const isAddress = /^[^\s@]+@[^\s@]+\.[^\s@]+$/

/**
 * After a wrong login or password: what was typed as the login, why it failed and where. People type passwords into the wrong field: what is
 * neither the login of an account nor an email address is not recorded.
 */
export async function failedSignIn({ store }: { store: IdentityStore }, login: string, place: SignInPlace): Promise<AuditEvent> {
  const account = await store.accounts.byLogin(foldLogin(login))
  const isLogin = account !== undefined || isAddress.test(login.trim())
  return failure(account, { ...(isLogin ? { login: printable(login, maxLogin) } : {}), reason: reasonFor(account), place })
}

/** After a right password: the code, recovery code or passkey was wrong. */
export function wrongFactor(account: Account, place: SignInPlace): AuditEvent {
  return failure(account, { reason: 'second_factor_wrong', place, error: 'insufficient_user_authentication' })
}

/** After a right password: a second factor is needed, and none was sent. */
export function missingFactor(account: Account, place: SignInPlace): AuditEvent {
  return failure(account, { reason: 'second_factor_missing', place })
}

function failure(account: Account | undefined, detail: NonNullable<AuditEvent['detail']>): AuditEvent {
  return { act: 'user.sign-in', outcome: 'failure', target: account?.subject, detail }
}

function reasonFor(account: Account | undefined): string {
  if (!account) return 'unknown_account'
  if (!isActive(account)) return 'suspended'
  return account.passwordHash === undefined ? 'no_password' : 'wrong_password'
}
