import { wallet } from '../../src/actors/wallet.ts'
import { check } from '../../src/check.ts'
import { demand, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §13.8',
  level: 'SHOULD',
  title: 'A proof is accepted once, even in ten concurrent requests',
  needs: ['code flow'],
  async run(context) {
    const { nonce, proof, request } = await wallet(context)
    const proofs = [await proof(context.random.key(), await nonce())]
    const replies = await context.race(10, () => request(proofs))
    const winners = replies.filter(({ status }) => status === 200)
    demand(winners.length === 1, `${winners.length} of 10 requests got a credential`)
    winners[0]!.exchange.seen = 'accepted'
    refused(await request(proofs), 'invalid_nonce', 'invalid_proof')
  },
})
