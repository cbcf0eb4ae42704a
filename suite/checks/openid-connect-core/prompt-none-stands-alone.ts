import { check } from '../../src/check.ts'
import { arrived, sentBack } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §3.1.2.1',
  level: 'MUST',
  title: 'prompt=none beside another value is refused',
  needs: ['OpenID', 'code flow'],
  async run({ app, browser }) {
    const signedIn = browser()
    arrived(await app().authorize({}, { browser: signedIn }))
    sentBack(await app().authorize({ prompt: 'none login' }, { browser: signedIn }), 'invalid_request')
    sentBack(await app().authorize({ prompt: 'consent none' }, { browser: signedIn }), 'invalid_request')
  },
})
