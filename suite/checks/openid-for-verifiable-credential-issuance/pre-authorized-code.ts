import { namedIn, preAuthorizedOffer, redeemOffer } from '../../src/actors/offers.ts'
import { credentialsIn, wallet } from '../../src/actors/wallet.ts'
import { check } from '../../src/check.ts'
import { demand, granted } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §6.1',
  level: 'MUST',
  title: 'A wallet gets the credential of an offer with its pre-authorized code, and no other',
  needs: ['code flow'],
  seconds: 90,
  async run(context) {
    const { configuration, nonce, proof, request } = await wallet(context)
    const { code } = await preAuthorizedOffer(context)
    const tokens = granted(await redeemOffer(context, code))
    const ask = async (named: object) => request([await proof(context.random.key(), await nonce())], named, tokens.access_token)
    const [credential] = credentialsIn(await ask(namedIn(tokens, configuration)))
    demand(credential !== undefined, 'there is no credential')
    const { status } = await context.userinfo(tokens.access_token)
    demand(status >= 400, 'the token opens UserInfo, for which nobody signed in')
  },
})
