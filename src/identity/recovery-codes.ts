/** Recovery codes: what lets a person in who has lost the other second factors, each once — NIST SP 800-63B-4 §3.1.2. */

import type { Account } from './account.ts'
import type { SignInDeps } from './sign-in.ts'

const howMany = 10

/** New ones: as they are shown, and as they are kept. */
export function newRecoveryCodes(
  deps: Pick<SignInDeps, 'factorCrypto' | 'pseudonym'>,
  subject: string,
): { texts: string[]; hashes: string[] } {
  const texts = Array.from({ length: howMany }, () => deps.factorCrypto.recoveryCode())
  return { texts, hashes: texts.map((text) => hashOf(deps, subject, text)) }
}

/** New ones in place of all others. Undefined: there is no factor that they could stand in for. */
export async function renewRecoveryCodes(deps: SignInDeps, subject: string): Promise<readonly string[] | undefined> {
  const { texts, hashes } = newRecoveryCodes(deps, subject)
  return (await deps.store.factors.replaceRecoveryCodes(subject, hashes)) ? texts : undefined
}

/** Uses one up, and tells its owner. False when it is none of theirs. */
export async function spendRecoveryCode(deps: SignInDeps, account: Account, text: string): Promise<boolean> {
  const left = await deps.store.factors.spendRecoveryCode(account.subject, hashOf(deps, account.subject, text))
  if (left === undefined) return false
  await deps.notify({ kind: 'recovery-code-used', left }, account)
  return true
}

/** As typed: with or without the hyphen, in any case. */
function hashOf({ pseudonym }: Pick<SignInDeps, 'pseudonym'>, subject: string, text: string): string {
  return pseudonym(`recovery code of ${subject}: ${text.toLowerCase().replace(/[^a-z0-9]/g, '')}`)
}
