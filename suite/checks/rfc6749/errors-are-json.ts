import { check } from '../../src/check.ts'
import { demand, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §5.2',
  level: 'MUST',
  title: 'Token endpoint errors are JSON and contain only permitted characters',
  needs: ['code flow'],
  async run({ app }) {
    await app().tokens()
    const reply = await app().token({ grant_type: 'authorization_code', code: 'n"o\\t-ä-code', redirect_uri: app().redirectUri })
    const { error, error_description = '', error_uri = '' } = refused(reply)
    demand(/^application\/json\b/i.test(reply.headers['content-type'] ?? ''), `the answer is ${reply.headers['content-type']}`)
    demand(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/.test(String(error)), 'error has a character that is not allowed')
    demand(/^[\x20\x21\x23-\x5b\x5d-\x7e]*$/.test(String(error_description)), 'error_description has a character that is not allowed')
    demand(/^[\x21\x23-\x5b\x5d-\x7e]*$/.test(String(error_uri)), 'error_uri has a character that is not allowed')
  },
})
