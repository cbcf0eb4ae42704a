import { automatic } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

const script = '"><script>alert(1)</script>'

export default check({
  clause: 'OpenID Federation §5.2.2',
  level: 'MUST',
  title: 'The name of a relying party that nobody registered is escaped on the pages of the server',
  needs: ['code flow'],
  async run(context) {
    const good = await automatic(context)
    redirected(await good.open((await good.request()).url))
    const { request } = await automatic(context, { metadata: { client_name: `Name ${script}`, organization_name: script } })
    const signedIn = context.browser()
    redirected(await context.app().authorize({}, { browser: signedIn }))
    const { reply } = await signedIn.open((await request()).url, { idle: true })
    demand(!reply.body.includes('<script>alert(1)'), 'the name is on the page as it was sent')
  },
})
