import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §3.1',
  level: 'MUST NOT',
  title: 'The addresses of endpoints have no fragment, and a query of the authorization endpoint is kept',
  needs: ['code flow'],
  async run({ app, metadata }) {
    for (const [name, value] of Object.entries(metadata.members))
      if (/_(?:endpoint|uri)$/.test(name)) demand(!String(value).includes('#'), `${name} has a fragment`)
    redirected(await app().authorize())
  },
})
