import { check } from '../../src/check.ts'
import { arrived, notAuthorized } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §4.1.2.1',
  level: 'MUST',
  title: 'A response mode that the server does not know is refused',
  needs: ['code flow'],
  async run({ app }) {
    arrived(await app().authorize())
    notAuthorized(await app().authorize({ response_mode: 'unheard-of' }))
  },
})
