import { check } from '../../src/check.ts'
import { demand, NotApplicable, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §3.1.2',
  level: 'MUST',
  title: 'The query of a registered redirect URI is retained',
  needs: ['code flow'],
  async run({ app }) {
    const redirect_uri = app().registration.redirect_uris.find((uri) => uri.includes('?'))
    if (redirect_uri === undefined) throw new NotApplicable('the client "web" has no redirect URI with a query')
    const { url } = redirected(await app().authorize({ redirect_uri }))
    const [before] = url.href.split('&')
    demand(before === redirect_uri, `the browser came to ${before}`)
    demand(url.searchParams.has('code'), 'the code is not in the query')
  },
})
