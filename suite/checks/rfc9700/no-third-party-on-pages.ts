import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9700 §4.2.4',
  level: 'SHOULD NOT',
  title: 'The sign-in page loads no third-party resources',
  needs: ['code flow'],
  async run({ app }) {
    const { reply, url, at } = await app().authorize({}, { intent: { idle: true } })
    demand(at === 'page', 'there is no page')
    const loaded = [...reply.body.matchAll(/(?:\ssrc=["']|<link[^>]*\shref=["']|@import\s+url\(["']?)(https?:\/\/[^"')\s]+)/g)].map(
      ([, found]) => found!,
    )
    const foreign = loaded.filter((found) => new URL(found).origin !== url.origin)
    demand(foreign.length === 0, `it loads ${foreign.join(', ')}`)
  },
})
