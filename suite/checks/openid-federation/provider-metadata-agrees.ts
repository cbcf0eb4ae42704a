import { entityConfiguration } from '../../src/actors/documents.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §5.1.3',
  level: 'REQUIRED',
  title: 'The provider metadata in the entity configuration is that of the discovery document',
  needs: ['OpenID'],
  async run(context) {
    const { claims } = await entityConfiguration(context)
    const { openid_provider: provider } = (claims['metadata'] ?? {}) as { openid_provider?: Record<string, unknown> }
    demand(typeof provider === 'object' && provider !== null, 'metadata has no openid_provider')
    for (const name of ['issuer', 'authorization_endpoint', 'token_endpoint'])
      demand(provider[name] === context.metadata.text(name), `${name} is ${JSON.stringify(provider[name])}`)
    const types = provider['client_registration_types_supported']
    demand(Array.isArray(types) && types.length > 0, 'client_registration_types_supported is missing')
  },
})
