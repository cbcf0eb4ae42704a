import { check } from '../../src/check.ts'
import { arrived, notAuthorized } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9101 §6.3',
  level: 'MUST',
  title: 'The client of the object and that of the request are the same',
  needs: ['code flow', 'request objects'],
  async run({ app }) {
    arrived(await app('jwt').authorize(await app('jwt').signedRequest()))
    notAuthorized(await app('jwt').authorize(await app('jwt').signedRequest({}, { claims: { client_id: 'other' } })))
    const { request } = await app('jwt').signedRequest()
    notAuthorized(await app('other').authorize({ request, client_id: app('other').registration.client_id }))
  },
})
