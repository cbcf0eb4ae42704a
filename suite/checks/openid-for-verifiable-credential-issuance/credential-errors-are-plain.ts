import { wallet } from '../../src/actors/wallet.ts'
import { check } from '../../src/check.ts'
import { accepted, demand, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §8.3.1.2',
  level: 'MUST NOT',
  title: 'The description of a credential error has no characters beyond those that are permitted, whatever was sent',
  needs: ['code flow'],
  async run(context) {
    const { nonce, proof, request } = await wallet(context)
    for (const odd of ['"quoted"', 'back\\slash', 'café', 'line\r\nbreak', '\u0000']) {
      const proofs = [await proof(context.random.key(), await nonce())]
      const { error_description: told = '' } = refused(await request(proofs, { credential_configuration_id: odd }))
      demand(typeof told === 'string' && /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/.test(told), `error_description is ${JSON.stringify(told)}`)
    }
    accepted(await request([await proof(context.random.key(), await nonce())]))
  },
})
