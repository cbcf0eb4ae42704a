import { check } from '../../src/check.ts'
import { accepted, json, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9126 §2.1',
  level: 'MUST NOT',
  title: 'A pushed request that contains request_uri is rejected',
  needs: ['code flow', 'pushed requests'],
  async run({ app }) {
    const { request_uri } = json(accepted(await app().push()))
    refused(await app().push({ request_uri: String(request_uri) }))
  },
})
