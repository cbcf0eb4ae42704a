import { deferred, isPending } from '../../src/actors/deferred.ts'
import { encryption } from '../../src/actors/encryption.ts'
import { check } from '../../src/check.ts'
import { accepted, demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §9.2',
  level: 'MUST',
  title: 'A response about a deferred credential is encrypted for the key of that request, also while the credential waits',
  needs: ['code flow'],
  seconds: 60,
  async run(context) {
    const { approve, collect, transaction } = await deferred(context)
    async function ask() {
      const { decrypt, encrypt, response } = await encryption(context)
      const text = await encrypt({ transaction_id: transaction, credential_response_encryption: response })
      const reply = accepted(await collect({ body: { text, type: 'application/jwt' } }))
      const type = reply.headers['content-type'] ?? ''
      demand(/^application\/jwt *(?:;|$)/i.test(type), `the content type is ${type}`)
      return { reply, members: (await decrypt(reply.body)).members }
    }
    const { reply, members } = await ask()
    isPending(reply, transaction, members)
    await approve()
    const { credentials } = (await ask()).members
    demand(Array.isArray(credentials) && credentials.length === 1, 'there is no credential inside')
  },
})
