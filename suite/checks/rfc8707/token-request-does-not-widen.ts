import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8707 §2.2',
  level: 'MUST',
  title: 'The token request cannot add a resource that was not authorized',
  needs: ['code flow', 'two resources'],
  async run({ app, resources }) {
    const [first, second] = resources
    const asked = { resource: first!.identifier, scope: first!.scope }
    granted(await app().redeem(await app().code(asked), { resource: first!.identifier }))
    refused(await app().redeem(await app().code(asked), { resource: second!.identifier }), 'invalid_target', 'invalid_grant')
  },
})
