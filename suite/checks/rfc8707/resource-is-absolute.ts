import { check } from '../../src/check.ts'
import { arrived, sentBack } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8707 §2',
  level: 'MUST',
  title: 'A resource is an absolute URI without fragment',
  needs: ['code flow', 'two resources'],
  async run({ app, forApi, resources }) {
    const identifier = resources[0]!.identifier
    arrived(await app().authorize(forApi()))
    for (const resource of [`${identifier}#part`, '/orders', 'orders', '//orders.example']) {
      sentBack(await app().authorize({ ...forApi(), resource }), 'invalid_target')
    }
  },
})
