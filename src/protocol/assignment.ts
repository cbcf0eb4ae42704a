/** Who may use which client — NIST SP 800-53 AC-3. */
import type { Client } from './client.ts'
import type { Ctx } from './feature.ts'

/** Everybody may use a client unless its policy demands an assignment. */
export async function mayUse(ctx: Pick<Ctx, 'store'>, { policy, client_id: id }: Client, subject: string): Promise<boolean> {
  return policy.assignment === 'optional' || ctx.store.assignments.includes(id, subject)
}
