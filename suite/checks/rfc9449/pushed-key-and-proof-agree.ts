import { dpopProof } from '../../src/actors/dpop.ts'
import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9449 §10.1',
  level: 'MUST',
  title: 'A pushed request whose dpop_jkt is not the key of its proof is rejected',
  needs: ['code flow', 'DPoP', 'pushed requests'],
  async run({ app, endpoint, random }) {
    const url = endpoint('pushed_authorization_request_endpoint')
    const push = async (params: Record<string, string>) => {
      const dpop = await dpopProof(random.key(), { method: 'POST', url, random })
      const asked = app().request(params).params
      return app().post('pushed_authorization_request_endpoint', { ...asked, client_id: app().registration.client_id }, { dpop })
    }
    refused(await push({ dpop_jkt: random.text(32) }), 'invalid_dpop_proof', 'invalid_request')
    accepted(await push({}))
  },
})
