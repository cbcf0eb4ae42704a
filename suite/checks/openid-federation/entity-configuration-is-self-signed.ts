import { entityConfiguration } from '../../src/actors/documents.ts'
import { verify } from '../../src/actors/jwt.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §3.1',
  level: 'MUST',
  title: 'The entity configuration is signed by one of the keys that it holds, and names it',
  async run(context) {
    const { header, claims, reply, token } = await entityConfiguration(context)
    demand(typeof header.kid === 'string' && header.kid !== '', 'the header has no kid')
    await verify(token, { ...reply, body: JSON.stringify(claims['jwks'] ?? {}) })
  },
})
