/** Taking second factors away. Their owner is told. */
import type { SignIn } from './sign-in.ts'
import type { Account } from './types.ts'

/** Removes the authenticator app. False when there is none. */
export async function removeTotp(room: SignIn, account: Account): Promise<boolean> {
  return removeFactorTold(room, account, await room.store.factors.removeTotp(account.subject))
}

/** Removes all, with the recovery codes, and ends every session: for whoever has lost them. False when there is none. */
export async function removeFactors(room: Pick<SignIn, 'store' | 'tell'>, account: Account): Promise<boolean> {
  return removeFactorTold(room, account, await room.store.factors.clear(account.subject))
}

export function removeFactorTold({ tell }: Pick<SignIn, 'tell'>, account: Account, removed: boolean): boolean {
  if (removed) tell({ kind: 'factor-removed' }, account)
  return removed
}
