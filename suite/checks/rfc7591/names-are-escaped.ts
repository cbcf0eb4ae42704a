import { check } from '../../src/check.ts'
import { accepted, demand, NotApplicable } from '../../src/expect.ts'

const script = '"><script>alert(1)</script>'

export default check({
  clause: 'RFC 7591 §5',
  level: 'MUST',
  title: 'The name of a client that registered itself is escaped on every page',
  needs: ['code flow', 'registration'],
  async run({ app, browser, register }) {
    const { reply, registration } = await register({ client_name: `Name ${script}` })
    if (reply.status >= 400) throw new NotApplicable('a name with these characters cannot be registered')
    accepted(reply)
    const client = app().with(registration)
    const signedOut = await client.authorize({ scope: 'openid' }, { intent: { idle: true } })
    const signedIn = browser()
    await app().authorize({ scope: 'openid' }, { browser: signedIn })
    const consent = await client.authorize({ scope: 'openid', prompt: 'consent' }, { browser: signedIn, intent: { idle: true } })
    for (const { reply: page } of [signedOut, consent])
      demand(!page.body.includes('<script>alert(1)'), 'the name is on the page as it was sent')
  },
})
