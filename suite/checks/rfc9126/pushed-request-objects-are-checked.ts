import { tampered, unsigned } from '../../src/actors/jwt.ts'
import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9126 §3',
  level: 'MUST',
  title: 'A pushed request object that is forged, of another client, or unsigned where "none" is not advertised, is rejected at once',
  needs: ['code flow', 'pushed requests', 'request objects'],
  async run({ app, metadata, random }) {
    const jwt = app('jwt')
    const push = (request: string) => jwt.post('pushed_authorization_request_endpoint', { request })
    const object = async (claims: object = {}, client = jwt) =>
      String((await client.signedRequest({}, { claims: { ...claims } }))['request'])
    const good = await object()
    const { kid, alg } = jwt.registration.private_key ?? {}
    const impostor = jwt.with({ private_key: { ...random.key(), kid, alg } })
    const offered = metadata.list('request_object_signing_alg_values_supported') ?? []
    const bad = [
      tampered(good, { claims: { state: 'changed' } }),
      ...(offered.includes('none') ? [] : [unsigned(good)]), // OpenID Connect Core §6.1 allows it
      await object({}, impostor),
      await object({ client_id: app().registration.client_id }),
      'text',
    ]
    for (const request of bad) refused(await push(request), 'invalid_request_object', 'invalid_request', 'invalid_client')
    accepted(await push(good))
  },
})
