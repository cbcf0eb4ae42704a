import { refusedProof } from '../../src/actors/wrong-proof.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9449 §7.1',
  level: 'MUST',
  title: 'An invalid proof at a resource is rejected with 401 and a DPoP challenge',
  needs: ['code flow', 'DPoP', 'UserInfo'],
  async run(context) {
    const reply = await refusedProof(context)
    demand(reply.status === 401, `the status is ${reply.status}`)
    demand(/\bDPoP\b/i.test(reply.headers['www-authenticate'] ?? ''), 'the challenge does not name DPoP')
  },
})
