import { check } from '../../src/check.ts'
import { demand, NotApplicable, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9700 §4.16',
  level: 'MUST',
  title: 'The page on which a signed-in person allows access cannot be framed by other sites',
  needs: ['code flow', 'OpenID'],
  async run({ app, browser }) {
    const signedIn = browser()
    redirected(await app().authorize({}, { browser: signedIn }))
    const landing = await app().authorize({ prompt: 'consent' }, { browser: signedIn, intent: { idle: true } })
    if (landing.at !== 'page') throw new NotApplicable('nobody is asked')
    const policy = /frame-ancestors([^;]*)/.exec(landing.reply.headers['content-security-policy'] ?? '')?.[1]
    const byPolicy = policy !== undefined && !/\*/.test(policy)
    const byOption = /^(?:deny|sameorigin)$/i.test(landing.reply.headers['x-frame-options'] ?? '')
    demand(byPolicy || byOption, 'there is neither frame-ancestors in its Content-Security-Policy nor X-Frame-Options')
  },
})
