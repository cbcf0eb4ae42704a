/** The second factors of an account: what they are, and taking them away. */
import type { SignIn } from './sign-in.ts'
import type { Account } from './types.ts'

/** Which to take away. */
export type FactorName = 'totp' | 'all'

/**
 * Takes one away, or all with the recovery codes, and tells its owner. `all` is for whoever has lost them: it ends every session too.
 * False when there is none.
 */
export async function removeFactor({ store, tell }: Pick<SignIn, 'store' | 'tell'>, account: Account, which: FactorName): Promise<boolean> {
  const { subject } = account
  const removed = which === 'all' ? await store.factors.clear(subject) : await store.factors.removeTotp(subject)
  if (removed) tell({ kind: 'factor-removed' }, account)
  return removed
}
