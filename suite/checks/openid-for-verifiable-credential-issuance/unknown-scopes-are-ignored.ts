import { wallet } from '../../src/actors/wallet.ts'
import { check } from '../../src/check.ts'
import { accepted } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §5.1.2',
  level: 'MUST',
  title: 'Unknown scopes beside that of a credential are ignored',
  needs: ['code flow'],
  async run(context) {
    const { nonce, proof, request } = await wallet(context)
    const app = context.app('wallet')
    const { access_token } = await app.tokens({ scope: `${app.registration.scope} no-such-credential` })
    accepted(await request([await proof(context.random.key(), await nonce())], {}, access_token))
  },
})
