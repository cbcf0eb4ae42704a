import { check } from '../../src/check.ts'
import { arrived, demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §4.1.2',
  level: 'REQUIRED',
  title: 'The client gets back the state it sent, to the letter',
  needs: ['code flow'],
  async run({ app }) {
    for (const state of ['a b+c%20d&e=f', '<>"\'\\/?#', 'x'.repeat(500), '!~*()-._', '0']) {
      const { params } = arrived(await app().authorize({ state }))
      demand(params['state'] === state, `sent the state ${state}, got ${params['state']}`)
    }
  },
})
