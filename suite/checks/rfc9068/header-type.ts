import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9068 §2.1',
  level: 'MUST',
  title: 'JWT access tokens have type at+jwt and an asymmetric signature',
  needs: ['code flow', 'key set'],
  async run({ jwtAccessToken }) {
    const { header } = await jwtAccessToken()
    demand(['at+jwt', 'application/at+jwt'].includes(String(header.typ).toLowerCase()), `typ is ${header.typ}`)
    demand(header.alg !== 'none' && !header.alg.startsWith('HS'), `alg is ${header.alg}`)
  },
})
