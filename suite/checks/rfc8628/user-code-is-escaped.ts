import { check } from '../../src/check.ts'
import { accepted, demand } from '../../src/expect.ts'

const script = '"><script>alert(1)</script>'

export default check({
  clause: 'RFC 8628 §3.3.1',
  level: 'MUST',
  title: 'A user code in the address of the verification page is escaped, and approves nothing by itself',
  needs: ['device flow'],
  async run({ app, browser, device }) {
    const { begin, poll } = device()
    const begun = await begin()
    accepted(begun.reply)
    const signedIn = browser()
    await app().authorize({}, { browser: signedIn })
    const addressOf = (code: string) => `${begun.verificationUri}?user_code=${encodeURIComponent(code)}`
    for (const somebody of [browser(), signedIn]) {
      const { reply } = await somebody.open(addressOf(script), { idle: true })
      demand(!reply.body.includes('<script>alert(1)'), 'the user code is on the page as it was sent')
    }
    await signedIn.open(addressOf(begun.userCode), { idle: true })
    const { status, body } = await poll(begun)
    demand(status === 400 && body.includes('authorization_pending'), 'opening the address approved the device')
  },
})
