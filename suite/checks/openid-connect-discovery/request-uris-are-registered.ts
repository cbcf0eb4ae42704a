import { objectType, referenced } from '../../src/actors/referenced.ts'
import { check } from '../../src/check.ts'
import { demand, NotApplicable, notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Discovery §3',
  level: 'REQUIRED',
  title: 'Where require_request_uri_registration is true, an unregistered request_uri is rejected and never fetched',
  needs: ['code flow', 'request objects by reference', 'registration'],
  async run(context) {
    if (context.metadata.is('require_request_uri_registration') !== true) throw new NotApplicable('the server does not require it')
    const { calls, elsewhere, object, open, serve, uri } = await referenced(context)
    serve({ text: await object(), type: objectType })
    for (const other of [elsewhere, `${uri}?v=2`, `${uri}/`, `${uri}/../other.jwt`, uri.replace('://', '://user@')])
      notAuthorized(await open(other))
    demand(calls().length === 0, `the server sent ${calls().join(', ')}`)
    redirected(await open(uri))
  },
})
