import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8693 §2.2.2',
  level: 'SHOULD',
  title: 'A token exchange for an unknown resource is rejected with invalid_target',
  needs: ['token exchange', 'two resources'],
  async run({ exchanger, resources }) {
    const { subject, exchange } = exchanger()
    const { token } = await subject()
    refused(await exchange(token, { resource: 'https://unheard-of.example' }), 'invalid_target')
    granted(await exchange(token, { resource: resources[0]!.identifier }))
  },
})
