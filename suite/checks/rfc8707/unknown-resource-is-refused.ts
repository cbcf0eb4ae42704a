import { check } from '../../src/check.ts'
import { redirected, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8707 §2',
  level: 'SHOULD',
  title: 'An unknown resource is rejected with invalid_target',
  needs: ['code flow', 'two resources'],
  async run({ app, forApi }) {
    redirected(await app().authorize(forApi()))
    redirectedWithError(await app().authorize({ ...forApi(), resource: 'https://unknown.example' }), 'invalid_target')
  },
})
