import { tampered } from '../../src/actors/jwt.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9101 §6.2',
  level: 'MUST',
  title: 'A request object with an invalid signature is rejected',
  needs: ['code flow', 'request objects'],
  async run({ app, random }) {
    redirected(await app('jwt').authorize(await app('jwt').signedRequest()))
    const { private_key } = app('jwt').registration
    const stranger = app('jwt').with({ private_key: { ...random.key(), kid: private_key?.['kid'], alg: 'ES256' } })
    notAuthorized(await app('jwt').authorize(await stranger.signedRequest()))
    const { request, ...rest } = await app('jwt').signedRequest()
    notAuthorized(await app('jwt').authorize({ ...rest, request: tampered(String(request), { claims: { state: 'other' } }) }))
    notAuthorized(await app('jwt').authorize({ ...rest, request: 'not.a.jwt' }))
  },
})
