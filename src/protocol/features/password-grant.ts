/** Resource owner password credentials grant — RFC 6749 §4.3. RFC 9700 §2.4 forbids its use; it exists for programs that cannot be changed. */
import { scopesOf } from '../client.ts'
import { refuseAudited } from '../errors.ts'
import type { Feature, GrantType } from '../feature.ts'
import { refuseScope } from '../refused-scope.ts'
import { signedIn } from '../signed-in.ts'

const grantType: GrantType = {
  name: 'password',
  async redeem(ctx, { params, client, address }) {
    const registered = scopesOf(client)
    const asked = params.words('scope')
    refuseScope(asked, registered)
    const [login, password, otp] = [params.need('username'), params.need('password'), params.get('otp')]
    const proof = await ctx.people.checkPassword({ login, password, otp, address }, ctx.now())
    const by = { type: 'client', id: client.client_id } as const
    const wrong = 'username or password is not right, or this account cannot sign in this way'
    if (proof === undefined) return refuseAudited({ ...(await ctx.people.failedSignIn(login)), by }, 'invalid_grant', wrong) // §5.2
    const issuance = await signedIn(ctx, { client, proof, scope: asked.length > 0 ? asked : registered, sid: ctx.id() }) // §3.3
    const { subject: target, acr } = proof
    return { ...issuance, auditEvents: [{ act: 'user.sign-in', outcome: 'success', by, target, detail: { acr } }] }
  },
}

export function passwordGrant(): Feature {
  return { id: 'passwordGrant', spec: 'RFC 6749 §4.3', requires: ['token'], grantTypes: [grantType] }
}
