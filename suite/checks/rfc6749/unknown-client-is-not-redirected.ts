import { check } from '../../src/check.ts'
import { errorPage, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §4.1.2.1',
  level: 'MUST NOT',
  title: 'A request from an unknown client is not redirected',
  needs: ['code flow'],
  async run({ app, random }) {
    redirected(await app().authorize())
    errorPage(await app().authorize({ client_id: random.text() }))
    errorPage(await app().authorize({ client_id: undefined }))
  },
})
