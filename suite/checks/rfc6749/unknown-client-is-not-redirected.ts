import { check } from '../../src/check.ts'
import { arrived, refusedOnPage } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §4.1.2.1',
  level: 'MUST NOT',
  title: 'A request of an unknown client sends the browser nowhere',
  needs: ['code flow'],
  async run({ app, random }) {
    arrived(await app().authorize())
    refusedOnPage(await app().authorize({ client_id: random.text() }))
    refusedOnPage(await app().authorize({ client_id: undefined }))
  },
})
