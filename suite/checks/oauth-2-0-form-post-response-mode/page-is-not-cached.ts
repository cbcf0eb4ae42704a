import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OAuth 2.0 Form Post Response Mode §4',
  level: 'MUST',
  title: 'The page with the form is HTML and must not be cached',
  needs: ['code flow', 'form post'],
  async run({ app }) {
    const { reply } = redirected(await app().authorize({ response_mode: 'form_post' }))
    demand(/^text\/html\b/i.test(reply.headers['content-type'] ?? ''), `it is ${reply.headers['content-type']}`)
    demand(/\bno-(?:store|cache)\b/.test(reply.headers['cache-control'] ?? ''), `Cache-Control is ${reply.headers['cache-control']}`)
  },
})
