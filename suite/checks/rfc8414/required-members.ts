import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8414 §2',
  level: 'REQUIRED',
  title: 'The metadata contains all required members with their types',
  async run({ metadata }) {
    const types = metadata.list('response_types_supported')
    demand(types !== undefined && types.length > 0, 'there is no response_types_supported')
    demand(metadata.text('issuer') !== undefined, 'there is no issuer')
    const grants = metadata.list('grant_types_supported') ?? ['authorization_code', 'implicit']
    const interactive = grants.includes('authorization_code') || grants.includes('implicit')
    demand(!interactive || metadata.text('authorization_endpoint'), 'there is no authorization_endpoint')
    demand(grants.every((grant) => grant === 'implicit') || metadata.text('token_endpoint'), 'there is no token_endpoint')
    for (const [name, value] of Object.entries(metadata.members)) {
      if (name.endsWith('_supported') && !name.includes('parameter')) {
        demand(
          typeof value === 'boolean' || (Array.isArray(value) && value.every((one) => typeof one === 'string')),
          `${name} is no list of texts`,
        )
      }
    }
  },
})
