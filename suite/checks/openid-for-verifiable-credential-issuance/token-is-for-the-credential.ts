import { wallet } from '../../src/actors/wallet.ts'
import { check } from '../../src/check.ts'
import { accepted, denied } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §8',
  level: 'MUST',
  title: 'An access token that was not issued for the credential is rejected',
  needs: ['code flow'],
  async run(context) {
    const { nonce, proof, request } = await wallet(context)
    const key = context.random.key()
    const { access_token } = await context.app().tokens({ scope: 'openid' })
    denied(await request([await proof(key, await nonce())], {}, access_token))
    accepted(await request([await proof(key, await nonce())]))
  },
})
