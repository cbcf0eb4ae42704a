/** What the sections of second factors have in common: the last one where one is required, and codes that are shown once. */
import type { Outcome, Refused, Visit } from './section.ts'

/** Why a factor cannot be removed now; undefined: it can. */
export async function lastOne({ room, account }: Visit): Promise<Refused | undefined> {
  if (room.signIn.secondFactor === 'optional') return undefined
  const { totp, passkeys } = await room.signIn.store.factors.of(account.subject)
  if ((totp ? 1 : 0) + passkeys > 1) return undefined
  return { problem: 'A second factor is required here. Set up another one first, then remove this one.', status: 409 }
}

export function shownOnce({ room }: Visit, codes: readonly string[], section: string): Outcome {
  return { reply: { kind: 'page', page: 'recovery-codes', data: { codes, next: `${room.ctx.issuer}/account/${section}` } } }
}
