import { documentClient } from '../../src/actors/document-client.ts'
import { check } from '../../src/check.ts'
import { demand, errorPage, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OAuth Client ID Metadata Document §5',
  level: 'MUST NOT',
  title: 'A redirect in place of the document is not followed',
  needs: ['code flow', 'client documents'],
  async run(context) {
    const moved = await documentClient(context, { document: { location: '/elsewhere.json' }, others: { '/elsewhere.json': { json: {} } } })
    errorPage(await moved.app.authorize())
    demand(!moved.calls().includes('GET /elsewhere.json'), 'the server followed the redirect')
    const { app } = await documentClient(context)
    redirected(await app.authorize())
  },
})
