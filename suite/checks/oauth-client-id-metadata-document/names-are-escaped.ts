import { documentClient } from '../../src/actors/document-client.ts'
import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

const script = '"><script>alert(1)</script>'

export default check({
  clause: 'OAuth Client ID Metadata Document §6',
  level: 'MUST',
  title: 'What a document says of its client is escaped on the pages of the server, and no script becomes a link',
  needs: ['code flow', 'client documents'],
  async run(context) {
    redirected(await (await documentClient(context)).app.authorize())
    const signedIn = context.browser()
    redirected(await context.app().authorize({}, { browser: signedIn }))
    for (const json of [
      { client_name: `Name ${script}` },
      { client_uri: 'javascript:alert(1)' },
      { logo_uri: `data:text/html,${script}` },
      { tos_uri: 'javascript:alert(1)' },
    ]) {
      const { app } = await documentClient(context, { document: { json } })
      const { reply } = await app.authorize({ prompt: 'consent' }, { browser: signedIn, intent: { idle: true } })
      demand(!reply.body.includes('<script>alert(1)'), 'a value is on the page as it was sent')
      demand(!/(?:href|src)="(?:javascript|data:text)/i.test(reply.body), 'a script is a link of the page')
    }
  },
})
