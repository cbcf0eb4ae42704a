import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9101 §6.3',
  level: 'MUST',
  title: 'client_id must be the same in the request and the request object',
  needs: ['code flow', 'request objects'],
  async run({ app }) {
    redirected(await app('jwt').authorize(await app('jwt').signedRequest()))
    notAuthorized(await app('jwt').authorize(await app('jwt').signedRequest({}, { claims: { client_id: 'other' } })))
    const { request } = await app('jwt').signedRequest()
    notAuthorized(await app('other').authorize({ request, client_id: app('other').registration.client_id }))
  },
})
