import { resourceMetadata } from '../../src/actors/api.ts'
import { check } from '../../src/check.ts'
import { accepted, demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9728 §2',
  level: 'MUST',
  title: 'The metadata of an API lists the issuer whose tokens it accepts',
  needs: ['an API', 'code flow'],
  async run({ api, target }) {
    const { authorization_servers: issuers } = resourceMetadata(await api().metadata())
    if (issuers === undefined) return
    demand(Array.isArray(issuers) && issuers.includes(target.issuer), `authorization_servers is ${JSON.stringify(issuers)}`)
    accepted(await api().call((await api().tokens()).access_token))
  },
})
