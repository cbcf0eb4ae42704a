import { deferred } from '../../src/actors/deferred.ts'
import { credentialsIn } from '../../src/actors/wallet.ts'
import { check } from '../../src/check.ts'
import { demand, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §9.1',
  level: 'MUST',
  title: 'A transaction_id gives its credential once, even to ten concurrent requests, and is invalid afterwards',
  needs: ['code flow'],
  seconds: 60,
  async run(context) {
    const { approve, collect } = await deferred(context)
    await approve()
    const replies = await context.race(10, () => collect())
    const winners = replies.filter(({ status }) => status === 200)
    demand(winners.length === 1, `${winners.length} of ten requests got the credential`)
    credentialsIn(winners[0]!)
    refused(await collect(), 'invalid_transaction_id')
  },
})
