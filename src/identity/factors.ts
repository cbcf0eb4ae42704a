/** Removing second factors. The owner is notified. */

import type { Account } from './account.ts'
import type { SignInDeps } from './sign-in.ts'

/** Removes the authenticator app. False when the account has none. */
export async function removeTotp(deps: SignInDeps, account: Account): Promise<boolean> {
  return removeFactorAndNotify(deps, account, await deps.store.factors.removeTotp(account.subject))
}

/** Removes all factors and recovery codes, and ends every session: for a person who has lost them. False when the account has none. */
export async function removeFactors(deps: Pick<SignInDeps, 'store' | 'notify'>, account: Account): Promise<boolean> {
  return removeFactorAndNotify(deps, account, await deps.store.factors.clear(account.subject))
}

export async function removeFactorAndNotify({ notify }: Pick<SignInDeps, 'notify'>, account: Account, removed: boolean): Promise<boolean> {
  if (removed) await notify({ kind: 'factor-removed' }, account)
  return removed
}
