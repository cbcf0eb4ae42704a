import { documentClient } from '../../src/actors/document-client.ts'
import { check } from '../../src/check.ts'
import { errorPage, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OAuth Client ID Metadata Document §4.1',
  level: 'MUST NOT',
  title: 'A document with a client secret, or with a method that needs one, is rejected',
  needs: ['code flow', 'client documents'],
  async run(context) {
    const { app } = await documentClient(context)
    redirected(await app.authorize())
    const documents = [
      { client_secret: 'secret' },
      { token_endpoint_auth_method: 'client_secret_basic' },
      { token_endpoint_auth_method: 'client_secret_post' },
      { token_endpoint_auth_method: 'client_secret_jwt' },
    ]
    for (const json of documents) {
      const secretive = await documentClient(context, { document: { json } })
      errorPage(await secretive.app.authorize())
    }
  },
})
