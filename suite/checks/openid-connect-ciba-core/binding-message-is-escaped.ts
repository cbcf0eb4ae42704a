import { check } from '../../src/check.ts'
import { accepted, demand, redirected } from '../../src/expect.ts'

const script = '"><script>alert(1)</script>'

export default check({
  clause: 'OpenID Connect CIBA Core §7.1',
  level: 'MUST',
  title: 'A binding message with markup is rejected, or escaped on the page of the person',
  needs: ['backchannel authentication'],
  seconds: 60,
  async run({ app, backchannel, browser }) {
    const { ask, request } = backchannel()
    const signedIn = browser()
    redirected(await app().authorize({}, { browser: signedIn }))
    const refusal = await request({ binding_message: script, login_hint: 'nobody-has-this-name' })
    if (refusal.body.includes('invalid_binding_message')) return
    const asked = await ask({ binding_message: script })
    accepted(asked.reply)
    const { reply } = await signedIn.open(asked.link, { idle: true })
    await asked.answer('decline')
    demand(!reply.body.includes('<script>alert(1)'), 'the message is on the page as it was sent')
  },
})
