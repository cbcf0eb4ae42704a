import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8414 §3.3',
  level: 'MUST',
  title: 'The issuer in the metadata is identical to the one requested',
  async run({ metadata, target }) {
    demand(metadata.text('issuer') === target.issuer, `asked ${target.issuer}, it says ${JSON.stringify(metadata.members['issuer'])}`)
  },
})
