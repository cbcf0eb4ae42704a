import { documentClient } from '../../src/actors/document-client.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OAuth Client ID Metadata Document §4',
  level: 'MUST',
  title: 'A client whose identifier is the URL of its metadata gets tokens',
  needs: ['code flow', 'client documents'],
  async run(context) {
    const { app, calls } = await documentClient(context)
    const { token_type } = await app.tokens()
    demand(token_type.toLowerCase() === 'bearer', `the token type is ${token_type}`)
    demand(calls().includes('GET /client.json'), 'the server did not fetch the document')
  },
})
