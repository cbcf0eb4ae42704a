import { documentClient } from '../../src/actors/document-client.ts'
import { check } from '../../src/check.ts'
import { errorPage, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OAuth Client ID Metadata Document §4',
  level: 'MUST',
  title: 'The client_id in the document must be its URL, in every character',
  needs: ['code flow', 'client documents'],
  async run(context) {
    for (const client_id of [undefined, 'https://somebody-else.example/client.json']) {
      const { app } = await documentClient(context, { document: { json: { client_id } } })
      errorPage(await app.authorize())
    }
    const queried = await documentClient(context, { path: '/client.json?x=1', others: { '/client.json?x=1': { json: {} } } })
    errorPage(await queried.app.authorize())
    const { app } = await documentClient(context)
    redirected(await app.authorize())
  },
})
