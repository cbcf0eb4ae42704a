import { entityConfiguration } from '../../src/actors/documents.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §3',
  level: 'REQUIRED',
  title: 'The entity configuration is about its own issuer, and is in force',
  async run(context) {
    const { claims } = await entityConfiguration(context)
    const { issuer } = context.target
    demand(claims.iss === issuer, `iss is ${claims.iss}`)
    demand(claims.sub === issuer, `sub is ${claims.sub}`)
    const now = Date.now() / 1000
    demand(Number(claims.iat) <= now + 60, `iat is ${claims.iat}`)
    demand(Number(claims.exp) > now, `exp is ${claims.exp}`)
    const hints = claims['authority_hints']
    demand(hints === undefined || (Array.isArray(hints) && hints.length > 0), 'authority_hints is an empty list')
  },
})
