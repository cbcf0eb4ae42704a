import { check } from '../../src/check.ts'
import { arrived, notAuthorized } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9101 §4',
  level: 'MUST NOT',
  title: 'An object holds neither request nor request_uri, and comes without the other beside it',
  needs: ['code flow', 'request objects'],
  async run({ app }) {
    const object = await app('jwt').signedRequest()
    for (const claims of [{ request: object['request'] }, { request_uri: 'https://web.example/request.jwt' }]) {
      notAuthorized(await app('jwt').authorize(await app('jwt').signedRequest({}, { claims })))
    }
    notAuthorized(await app('jwt').authorize({ ...object, request_uri: 'https://web.example/request.jwt' }))
    arrived(await app('jwt').authorize(await app('jwt').signedRequest()))
  },
})
