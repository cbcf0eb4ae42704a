import { objectType, referenced } from '../../src/actors/referenced.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected, redirectedWithError } from '../../src/expect.ts'
import type { Document } from '../../src/sink.ts'

const unusable: readonly Document[] = [
  { text: '<h1>Not found</h1>', type: 'text/html' },
  { json: { response_type: 'code' } },
  { text: '', type: objectType },
  { text: 'x'.repeat(1_000_000), type: objectType },
]

export default check({
  clause: 'RFC 9101 §7',
  level: 'MUST',
  title: 'A request_uri where there is no request object is rejected with invalid_request_uri or invalid_request_object',
  needs: ['code flow', 'request objects by reference', 'registration'],
  async run(context) {
    const { object, open, serve, uri } = await referenced(context)
    const errors = [404, 500].map(async (status) => ({ status, text: await object(), type: objectType }))
    for (const document of [...unusable, ...(await Promise.all(errors))]) {
      serve(document)
      const landing = await open(uri)
      if (landing.at === 'client') redirectedWithError(landing, 'invalid_request_uri', 'invalid_request_object')
      else notAuthorized(landing)
    }
    serve({ text: await object(), type: objectType })
    redirected(await open(uri))
  },
})
