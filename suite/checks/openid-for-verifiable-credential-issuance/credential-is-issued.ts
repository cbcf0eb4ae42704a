import { decode } from '../../src/actors/jwt.ts'
import { credentialsIn, wallet } from '../../src/actors/wallet.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §8.3',
  level: 'MUST',
  title: 'A wallet with a token and a proof gets a credential that is bound to its key',
  needs: ['code flow'],
  async run(context) {
    const { nonce, proof, request } = await wallet(context)
    const key = context.random.key()
    const reply = await request([await proof(key, await nonce())])
    const [credential = '', ...more] = credentialsIn(reply)
    demand(more.length === 0, `${more.length + 1} credentials came for one proof`)
    const { claims, header } = decode(credential.split('~')[0]!)
    const { jwk } = (claims['cnf'] ?? {}) as { jwk?: { x?: string } }
    demand(header.typ === 'dc+sd-jwt', `the type is ${header.typ}`)
    demand(jwk?.x === key.x, 'the credential is bound to another key, or to none')
    demand(/no-store/.test(reply.headers['cache-control'] ?? ''), 'the response may be stored')
  },
})
