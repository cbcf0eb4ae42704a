import { check } from '../../src/check.ts'
import { accepted, demand } from '../../src/expect.ts'

const script = '"><script>alert(1)</script>'

export default check({
  clause: 'RFC 8628 §3.3.1',
  level: 'MUST',
  title: 'A user code in the address of the verification page is escaped, and approves nothing by itself',
  needs: ['device flow'],
  async run({ browser, device, get }) {
    const { begin, poll } = device()
    const begun = await begin()
    accepted(begun.reply)
    const addressOf = (code: string) => `${begun.verificationUri}?user_code=${encodeURIComponent(code)}`
    const { body } = await get(addressOf(script))
    demand(!body.includes('<script>alert(1)'), 'the user code is on the page as it was sent')
    await browser().open(addressOf(begun.userCode), { idle: true })
    const { status, body: answer } = await poll(begun)
    demand(status === 400 && answer.includes('authorization_pending'), 'opening the address approved the device')
  },
})
