import { check } from '../../src/check.ts'
import { accepted, demand, json, NotApplicable } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8414 §5',
  level: 'SHOULD',
  title: 'Both metadata documents agree',
  needs: ['OpenID'],
  async run({ get, target }) {
    const { origin, pathname } = new URL(target.issuer)
    const path = pathname.replace(/\/$/, '')
    const oauth = await get(`${origin}/.well-known/oauth-authorization-server${path}`)
    if (oauth.status === 404) throw new NotApplicable('the metadata is at one place only')
    const [one, other] = [json(accepted(oauth)), json(accepted(await get(`${origin}${path}/.well-known/openid-configuration`)))]
    const different = Object.keys(one).filter((name) => name in other && JSON.stringify(one[name]) !== JSON.stringify(other[name]))
    demand(different.length === 0, `they differ in ${different.join(', ')}`)
  },
})
