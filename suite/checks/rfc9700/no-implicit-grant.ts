import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9700 §2.1.2',
  level: 'SHOULD NOT',
  title: 'No response type returns access tokens from the authorization endpoint',
  needs: ['code flow'],
  async run({ metadata }) {
    const types = (metadata.list('response_types_supported') ?? []).filter((type) => type.split(' ').includes('token'))
    demand(types.length === 0, `the response types ${types.join(', ')} are offered`)
  },
})
