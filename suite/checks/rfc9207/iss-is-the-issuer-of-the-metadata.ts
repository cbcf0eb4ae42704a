import { check } from '../../src/check.ts'
import { arrived, demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9207 §2',
  level: 'MUST',
  title: 'The issuer in the response is that of the metadata, without query and fragment',
  needs: ['code flow', 'issuer identification'],
  async run({ app, metadata }) {
    const { iss = '' } = arrived(await app().authorize()).params
    demand(iss === metadata.text('issuer'), `iss is ${iss}, the metadata says ${metadata.text('issuer')}`)
    demand(!/[?#]/.test(iss), 'iss has a query or a fragment')
  },
})
