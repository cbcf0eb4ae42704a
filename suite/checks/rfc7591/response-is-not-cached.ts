import { check } from '../../src/check.ts'
import { accepted, demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7591 §3.2.1',
  level: 'MUST',
  title: 'The registration response is JSON and must not be cached',
  needs: ['registration'],
  async run({ register }) {
    const { headers } = accepted((await register({})).reply)
    demand(/^application\/json\b/i.test(headers['content-type'] ?? ''), `it comes as ${headers['content-type']}`)
    demand(/\bno-store\b/.test(headers['cache-control'] ?? ''), `Cache-Control is ${headers['cache-control']}`)
  },
})
