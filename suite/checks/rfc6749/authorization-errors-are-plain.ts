import { check } from '../../src/check.ts'
import { demand, redirected, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §4.1.2.1',
  level: 'MUST NOT',
  title: 'An error of the authorization endpoint has no characters beyond those that are permitted',
  needs: ['code flow'],
  async run({ app }) {
    redirected(await app().authorize())
    for (const odd of ['n"o\\t-ä', '日本語', 'a\tb', '\u202e"']) {
      const landing = redirectedWithError(await app().authorize({ response_type: odd }))
      const { error = '', error_description = '', error_uri = '' } = landing.params
      demand(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/.test(error), 'error has a character that is not allowed')
      demand(/^[\x20\x21\x23-\x5b\x5d-\x7e]*$/.test(error_description), 'error_description has a character that is not allowed')
      demand(/^[\x21\x23-\x5b\x5d-\x7e]*$/.test(error_uri), 'error_uri has a character that is not allowed')
    }
  },
})
