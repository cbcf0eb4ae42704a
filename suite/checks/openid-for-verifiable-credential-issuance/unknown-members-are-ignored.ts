import { credentialsIn, wallet } from '../../src/actors/wallet.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §8.2',
  level: 'MUST',
  title: 'Unknown parameters of a credential request are ignored',
  needs: ['code flow'],
  async run(context) {
    const { nonce, proof, request } = await wallet(context)
    const reply = await request([await proof(context.random.key(), await nonce())], { 'example.com/unknown': { deep: [1] } })
    demand(credentialsIn(reply).length === 1, 'there is no credential')
  },
})
