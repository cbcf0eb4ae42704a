import { deferred, isPending } from '../../src/actors/deferred.ts'
import { decode } from '../../src/actors/jwt.ts'
import { credentialsIn } from '../../src/actors/wallet.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §9.2',
  level: 'MUST',
  title: 'A credential that is not ready is answered with 202, its transaction_id and an interval, and later with the credential',
  needs: ['code flow'],
  seconds: 60,
  async run(context) {
    const { approve, collect, key, reply, transaction } = await deferred(context)
    isPending(reply)
    isPending(await collect(), transaction)
    await approve()
    const last = await collect()
    const [credential = ''] = credentialsIn(last)
    const { jwk } = (decode(credential.split('~')[0]!).claims['cnf'] ?? {}) as { jwk?: { x?: string } }
    demand(last.status === 200, `the status is ${last.status}`)
    demand(jwk?.x === key.x, 'the credential is bound to another key, or to none')
  },
})
