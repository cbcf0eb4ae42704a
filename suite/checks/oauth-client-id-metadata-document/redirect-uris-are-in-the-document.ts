import { documentClient } from '../../src/actors/document-client.ts'
import { check } from '../../src/check.ts'
import { errorPage, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OAuth Client ID Metadata Document §4.2',
  level: 'MUST',
  title: 'A redirect URI that is not in the document is rejected',
  needs: ['code flow', 'client documents'],
  async run(context) {
    const { app } = await documentClient(context)
    errorPage(await app.authorize({ redirect_uri: 'https://attacker.example/callback' }))
    errorPage(await app.authorize({ redirect_uri: `${app.redirectUri}/more` }))
    redirected(await app.authorize())
  },
})
