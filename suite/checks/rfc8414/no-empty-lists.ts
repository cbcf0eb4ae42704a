import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8414 §3.2',
  level: 'MUST',
  title: 'The metadata omits empty arrays',
  async run({ metadata }) {
    const empty = Object.entries(metadata.members).filter(([, value]) => Array.isArray(value) && value.length === 0)
    demand(empty.length === 0, `empty: ${empty.map(([name]) => name).join(', ')}`)
  },
})
