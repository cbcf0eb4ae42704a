import { assertion, clientAssertion } from '../../src/actors/authenticate.ts'
import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

const now = Math.floor(Date.now() / 1000)
const wrong: Readonly<Record<string, Record<string, unknown>>> = {
  'of another issuer': { iss: 'other' },
  'of another subject': { sub: 'other' },
  'for another server': { aud: 'https://other.example' },
  'without audience': { aud: undefined },
  'that has expired': { iat: now - 1200, exp: now - 600 },
  'without exp': { exp: undefined },
  'that is not yet valid': { nbf: now + 3600 },
}

export default check({
  clause: 'RFC 7523 §3',
  level: 'MUST',
  title: 'An assertion with wrong issuer, subject, audience or time is rejected',
  needs: ['client credentials', 'private_key_jwt'],
  async run({ app, random, target }) {
    const { registration } = app('jwt')
    const nameOnly = app('jwt').with({ token_endpoint_auth_method: 'none' })
    const send = async (claims: Record<string, unknown>) =>
      nameOnly.token({
        grant_type: 'client_credentials',
        ...assertion(await clientAssertion(registration, target.issuer, random, { claims })),
      })
    granted(await send({}))
    for (const claims of Object.values(wrong)) refused(await send(claims), 'invalid_client', 'invalid_request')
  },
})
