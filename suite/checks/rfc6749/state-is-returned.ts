import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §4.1.2',
  level: 'REQUIRED',
  title: 'state is returned exactly as it was sent',
  needs: ['code flow'],
  async run({ app }) {
    for (const state of ['a b+c%20d&e=f', '<>"\'\\/?#', 'x'.repeat(500), '!~*()-._', '0']) {
      const { params } = redirected(await app().authorize({ state }))
      demand(params['state'] === state, `sent the state ${state}, got ${params['state']}`)
    }
  },
})
