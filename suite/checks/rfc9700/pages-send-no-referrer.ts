import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

const secret = /^(?:no-referrer|origin|same-origin|strict-origin|origin-when-cross-origin|strict-origin-when-cross-origin)$/

export default check({
  clause: 'RFC 9700 §4.2.4',
  level: 'SHOULD',
  title: 'Pages of the server have a Referrer-Policy that keeps the parameters of a request from other sites',
  needs: ['code flow'],
  async run({ app, browser }) {
    const { reply } = await app().authorize({}, { browser: browser(), intent: { idle: true } })
    const policy = reply.headers['referrer-policy'] ?? /<meta name="?referrer"? content="?([\w-]+)/i.exec(reply.body)?.[1] ?? ''
    redirected(await app().authorize())
    demand(
      policy.split(/, */).some((one) => secret.test(one)),
      `Referrer-Policy is ${policy || 'missing'}`,
    )
  },
})
