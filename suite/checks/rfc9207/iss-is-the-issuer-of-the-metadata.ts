import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9207 §2',
  level: 'MUST',
  title: 'iss is identical to the issuer in the metadata, without query or fragment',
  needs: ['code flow', 'issuer identification'],
  async run({ app, metadata }) {
    const { iss = '' } = redirected(await app().authorize()).params
    demand(iss === metadata.text('issuer'), `iss is ${iss}, the metadata says ${metadata.text('issuer')}`)
    demand(!/[?#]/.test(iss), 'iss has a query or a fragment')
  },
})
