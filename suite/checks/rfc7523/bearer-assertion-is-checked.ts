import { asserter } from '../../src/actors/asserter.ts'
import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

const now = Math.floor(Date.now() / 1000)
const wrong: Readonly<Record<string, Record<string, unknown>>> = {
  'without issuer': { iss: undefined },
  'of an unknown issuer': { iss: 'https://stranger.example' },
  'without subject': { sub: undefined },
  'about nobody': { sub: 'nobody-of-this-name' },
  'without audience': { aud: undefined },
  'for another server': { aud: 'https://other.example' },
  'without exp': { exp: undefined },
  'that has expired': { iat: now - 1200, exp: now - 600 },
  'that is not yet valid': { nbf: now + 3600 },
}

export default check({
  clause: 'RFC 7523 §3',
  level: 'MUST',
  title: 'An assertion about a person with wrong issuer, subject, audience or time is rejected with invalid_grant',
  needs: ['JWT bearer grant'],
  async run(context) {
    const { assertion, present } = asserter(context)
    for (const claims of Object.values(wrong)) refused(await present(await assertion(claims)), 'invalid_grant')
    granted(await present(await assertion()))
  },
})
