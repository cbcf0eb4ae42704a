/** Shared by the sections of second factors: the last factor where one is required, and codes displayed once. */
import type { AccountRequest, Outcome, Refused } from './section.ts'

/** Why a factor cannot be removed now; undefined: it can. */
export async function lastOne({ tenant, account }: AccountRequest): Promise<Refused | undefined> {
  if (tenant.signIn.secondFactor === 'optional') return undefined
  const { totp, passkeys } = await tenant.signIn.store.factors.of(account.subject)
  if ((totp ? 1 : 0) + passkeys > 1) return undefined
  return { problem: 'A second factor is required here. Set up another one first, then remove this one.', status: 409 }
}

export function shownOnce({ tenant }: AccountRequest, codes: readonly string[], section: string): Outcome {
  return { reply: { kind: 'page', page: 'recovery-codes', data: { codes, next: `${tenant.ctx.issuer}/account/${section}` } } }
}
