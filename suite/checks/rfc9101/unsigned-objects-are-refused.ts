import { unsigned } from '../../src/actors/jwt.ts'
import { check } from '../../src/check.ts'
import { NotApplicable, notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9101 §6.2',
  level: 'MUST',
  title: 'An unsigned request object is rejected unless "none" is advertised',
  needs: ['code flow', 'request objects'],
  async run({ app, metadata }) {
    const algs = metadata.list('request_object_signing_alg_values_supported')
    if (algs?.includes('none')) throw new NotApplicable('the metadata offers "none"')
    redirected(await app('jwt').authorize(await app('jwt').signedRequest()))
    const { request, ...rest } = await app('jwt').signedRequest()
    notAuthorized(await app('jwt').authorize({ ...rest, request: unsigned(String(request)) }))
  },
})
