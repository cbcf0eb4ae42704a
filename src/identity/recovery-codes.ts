/** Recovery codes: single-use codes for a person who has lost the other second factors — NIST SP 800-63B-4 §3.1.2. */

import { typedCode } from '../protocol/typed-code.ts'
import type { Account } from './account.ts'
import type { SignInDeps } from './sign-in.ts'

const howMany = 10

/** New codes: as displayed, and as stored. */
export function newRecoveryCodes(
  deps: Pick<SignInDeps, 'factorCrypto' | 'pseudonym'>,
  subject: string,
): { texts: string[]; hashes: string[] } {
  const texts = Array.from({ length: howMany }, () => deps.factorCrypto.recoveryCode())
  return { texts, hashes: texts.map((text) => hashOf(deps, subject, text)) }
}

/** Replaces all recovery codes, and notifies their owner. Undefined: there is no factor to recover from. */
export async function renewRecoveryCodes(deps: SignInDeps, account: Account): Promise<readonly string[] | undefined> {
  const { texts, hashes } = newRecoveryCodes(deps, account.subject)
  if (!(await deps.store.factors.replaceRecoveryCodes(account.subject, hashes))) return undefined
  await deps.notify({ kind: 'recovery-codes-renewed' }, account)
  return texts
}

/** Spends one, and notifies its owner. False when the account has no such code. */
export async function spendRecoveryCode(deps: SignInDeps, account: Account, text: string): Promise<boolean> {
  const left = await deps.store.factors.spendRecoveryCode(account.subject, hashOf(deps, account.subject, text))
  if (left === undefined) return false
  await deps.notify({ kind: 'recovery-code-used', left }, account)
  return true
}

/** Accepts what was typed on any keyboard, with or without the hyphen, ignoring case. */
function hashOf({ pseudonym }: Pick<SignInDeps, 'pseudonym'>, subject: string, text: string): string {
  return pseudonym(
    `recovery code of ${subject}: ${typedCode(text)
      .toLowerCase()
      .replace(/[^a-z0-9]/g, '')}`,
  )
}
