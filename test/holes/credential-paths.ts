/** Ways to get a credential: an offer, and the access token of a wallet. */
import { makeOffer } from '../../src/protocol/credential-offer.ts'
import { call } from '../journeys/application.ts'
import { holderPair, preAuthorizedGrant, proofOf } from '../journeys/credential-setup.ts'
import { type Path, programOutcome, type World } from './world.ts'

async function offered({ tenant, people, gatehouse }: World): Promise<Record<string, string>> {
  const { ctx } = (await gatehouse.app.tenant(tenant.slug))!
  const made = await makeOffer(ctx, { configurations: ['badge'], subject: people[0]!.subject, txCode: false, lifetime: 600 })
  const { grants } = made!.offer as { grants: Record<string, Record<string, string>> }
  return { grant_type: preAuthorizedGrant, 'pre-authorized_code': grants[preAuthorizedGrant]!['pre-authorized_code']! }
}

export const credentialPaths: Record<string, Path> = {
  'pre-authorized code': async (world) => {
    const fields = await offered(world)
    return async () => programOutcome(await world.wallet.post('/token', fields), 'badge')
  },
  'access token of a wallet, at the credential endpoint': async (world) => {
    const { access_token: token } = (await world.wallet.post('/token', await offered(world))).body
    return async () => {
      const jwt = [await proofOf(await holderPair(), { issuer: world.issuer, now: world.gatehouse.now() })]
      const { status, body } = await call(`${world.issuer}/credential`, {
        body: JSON.stringify({ credential_configuration_id: 'badge', proofs: { jwt } }),
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      })
      return status === 200 ? 'works' : (body.error ?? `${status}`)
    }
  },
}
