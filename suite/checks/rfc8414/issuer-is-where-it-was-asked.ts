import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8414 §3.3',
  level: 'MUST',
  title: 'The issuer of the metadata is the one whose metadata was asked for',
  async run({ metadata, target }) {
    demand(metadata.text('issuer') === target.issuer, `asked ${target.issuer}, it says ${JSON.stringify(metadata.members['issuer'])}`)
  },
})
