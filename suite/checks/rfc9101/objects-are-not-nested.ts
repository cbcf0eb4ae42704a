import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9101 §4',
  level: 'MUST NOT',
  title: 'request and request_uri cannot be combined or nested',
  needs: ['code flow', 'request objects'],
  async run({ app }) {
    const object = await app('jwt').signedRequest()
    for (const claims of [{ request: object['request'] }, { request_uri: 'https://web.example/request.jwt' }]) {
      notAuthorized(await app('jwt').authorize(await app('jwt').signedRequest({}, { claims })))
    }
    notAuthorized(await app('jwt').authorize({ ...object, request_uri: 'https://web.example/request.jwt' }))
    redirected(await app('jwt').authorize(await app('jwt').signedRequest()))
  },
})
