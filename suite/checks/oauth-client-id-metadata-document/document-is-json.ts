import { documentClient } from '../../src/actors/document-client.ts'
import { check } from '../../src/check.ts'
import { errorPage, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OAuth Client ID Metadata Document §4',
  level: 'MUST',
  title: 'A document that is not a JSON object, or is much too long, is rejected',
  needs: ['code flow', 'client documents'],
  async run(context) {
    const texts = ['<h1>Hello</h1>', '[]', '"text"', 'null', '{', '['.repeat(5000), `{"client_name":"${'x'.repeat(1_000_000)}"}`]
    for (const text of texts) {
      const { app } = await documentClient(context, { document: { text } })
      errorPage(await app.authorize())
    }
    const { app } = await documentClient(context)
    redirected(await app.authorize())
  },
})
