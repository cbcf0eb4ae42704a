import { check } from '../../src/check.ts'
import { errorPage, NotApplicable, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §3.1.2.3',
  level: 'MUST',
  title: 'redirect_uri is required if several are registered',
  needs: ['code flow'],
  async run({ app }) {
    if (app().registration.redirect_uris.length < 2) throw new NotApplicable('the client "web" has only one redirect URI')
    redirected(await app().authorize())
    errorPage(await app().authorize({ redirect_uri: undefined }))
    errorPage(await app().authorize({ redirect_uri: undefined, scope: undefined }))
  },
})
