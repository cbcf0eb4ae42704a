import { certificateClient } from '../../src/actors/certificate.ts'
import { check } from '../../src/check.ts'
import { accepted, demand, NotApplicable } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8705 §5',
  level: 'MUST',
  title: 'The endpoints in mtls_endpoint_aliases are https URLs, and there a client with a certificate gets a token and uses it',
  needs: ['certificate-bound tokens', 'code flow'],
  async run(context) {
    const aliases = context.metadata.members['mtls_endpoint_aliases']
    if (aliases === undefined) throw new NotApplicable('the server has no aliases')
    demand(typeof aliases === 'object' && aliases !== null && !Array.isArray(aliases), 'mtls_endpoint_aliases is no object')
    for (const [name, url] of Object.entries(aliases)) {
      demand(typeof url === 'string' && /^https:\/\/[^#]+$/.test(url), `the alias of ${name} is ${JSON.stringify(url)}`)
      demand(context.metadata.text(name) !== undefined, `${name} has an alias only`)
    }
    if (!('token_endpoint' in aliases)) throw new NotApplicable('the token endpoint has no alias')
    const { app, own, userinfo } = certificateClient(context)
    const { access_token } = await app.tokens() // sent to the alias
    accepted(await userinfo(access_token, own))
  },
})
