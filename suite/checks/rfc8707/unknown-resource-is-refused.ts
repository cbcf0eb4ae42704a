import { check } from '../../src/check.ts'
import { arrived, sentBack } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8707 §2',
  level: 'SHOULD',
  title: 'A resource that nobody knows is answered with invalid_target',
  needs: ['code flow', 'two resources'],
  async run({ app, forApi }) {
    arrived(await app().authorize(forApi()))
    sentBack(await app().authorize({ ...forApi(), resource: 'https://unknown.example' }), 'invalid_target')
  },
})
