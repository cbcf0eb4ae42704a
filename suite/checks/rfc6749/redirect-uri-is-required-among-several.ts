import { check } from '../../src/check.ts'
import { arrived, NotApplicable, refusedOnPage } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §3.1.2.3',
  level: 'MUST',
  title: 'A client with several redirect URIs must name the one it means',
  needs: ['code flow'],
  async run({ app }) {
    if (app().registration.redirect_uris.length < 2) throw new NotApplicable('the client "web" has only one redirect URI')
    arrived(await app().authorize())
    refusedOnPage(await app().authorize({ redirect_uri: undefined }))
  },
})
