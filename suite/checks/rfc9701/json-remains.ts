import { check } from '../../src/check.ts'
import { active, demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9701 §4',
  level: 'MUST',
  title: 'The response is JSON unless a JWT is requested',
  needs: ['code flow', 'introspection', 'signed introspection'],
  async run({ app, forApi, introspect }) {
    const { access_token } = await app().tokens(forApi())
    for (const accept of ['application/json', '*/*']) {
      const reply = await introspect(access_token, {}, { accept })
      active(reply)
      demand(
        /^application\/json\b/i.test(reply.headers['content-type'] ?? ''),
        `Accept: ${accept} is answered with ${reply.headers['content-type']}`,
      )
    }
  },
})
