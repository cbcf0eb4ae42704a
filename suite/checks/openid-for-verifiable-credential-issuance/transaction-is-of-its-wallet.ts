import { deferred, isPending } from '../../src/actors/deferred.ts'
import { check } from '../../src/check.ts'
import { denied } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §9',
  level: 'MUST',
  title: 'A transaction_id is of no use with the access token of another person, or without one',
  needs: ['code flow'],
  seconds: 60,
  async run(context) {
    const { collect, transaction, wallet } = await deferred(context)
    const scope = context.app('wallet').registration.scope
    const { access_token: other } = await context.app('wallet').tokens({ scope }, context.browser('stranger'))
    for (const accessToken of [other, '', `${wallet.accessToken}x`]) denied(await collect({ accessToken }))
    isPending(await collect(), transaction)
  },
})
