import { check } from '../../src/check.ts'
import { redirected, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8707 §2',
  level: 'MUST',
  title: 'A resource must be an absolute URI without a fragment',
  needs: ['code flow', 'two resources'],
  async run({ app, forApi, resources }) {
    const identifier = resources[0]!.identifier
    redirected(await app().authorize(forApi()))
    for (const resource of [`${identifier}#part`, '/orders', 'orders', '//orders.example']) {
      redirectedWithError(await app().authorize({ ...forApi(), resource }), 'invalid_target')
    }
  },
})
