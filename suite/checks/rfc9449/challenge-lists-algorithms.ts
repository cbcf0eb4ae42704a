import { refusedProof } from '../../src/actors/wrong-proof.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9449 §7.1',
  level: 'SHOULD',
  title: 'The DPoP challenge of a resource lists the algorithms that it takes',
  needs: ['code flow', 'DPoP', 'UserInfo'],
  async run(context) {
    const reply = await refusedProof(context)
    const algs = /\balgs="([^"]*)"/.exec(reply.headers['www-authenticate'] ?? '')?.[1]?.split(' ')
    demand(algs?.includes('ES256'), `the challenge is ${reply.headers['www-authenticate']}`)
  },
})
