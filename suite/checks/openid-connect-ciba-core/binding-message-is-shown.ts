import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect CIBA Core §7.1',
  level: 'SHOULD',
  title: 'The person is shown the binding message of the request',
  needs: ['backchannel authentication'],
  seconds: 60,
  async run({ app, backchannel, browser, random }) {
    const signedIn = browser()
    redirected(await app().authorize({}, { browser: signedIn }))
    const message = `Order ${random.text(6)}`
    const asked = await backchannel().ask({ binding_message: message })
    const { reply } = await signedIn.open(asked.link, { idle: true })
    await asked.answer('decline')
    demand(reply.body.includes(message), 'the page does not have the message')
  },
})
