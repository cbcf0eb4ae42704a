/** Issuance for a client whose user has signed in without a redirect — RFC 6749 §4.3, and our own sign-in API. */
import type { Client } from './client.ts'
import { refuseAudited } from './errors.ts'
import type { Ctx } from './feature.ts'
import { refreshOf } from './refresh.ts'
import { defaultResources } from './target.ts'
import type { Issuance, SignInProof } from './types.ts'

/** `sid`: that of the session, if there is one. Nothing is issued when the password is changed at the same moment. */
export async function signedIn(
  ctx: Ctx,
  { client, proof, scope, sid }: { client: Client; proof: SignInProof; scope: readonly string[]; sid: string },
): Promise<Issuance> {
  const { passwordHash, ...shown } = proof
  const now = ctx.now()
  const { subject } = shown
  const grant = await ctx.store.grants.widen({ clientId: client.client_id, subject, scope, details: [], newId: ctx.id(), now })
  const authentication = { ...shown, sid }
  const authorization = { grantId: grant.id, family: ctx.id(), authentication, scope, resource: defaultResources(client), extensions: {} }
  const failed = { act: 'user.sign-in', outcome: 'failure', target: subject } as const
  const alreadySpent = async () =>
    refuseAudited(failed, 'invalid_grant', 'the password was changed, or the account suspended, at this moment')
  return {
    client,
    subject,
    scope,
    authorization,
    spends: { kind: 'password', subject, passwordHash, alreadySpent },
    refresh: refreshOf(client, scope),
  }
}
