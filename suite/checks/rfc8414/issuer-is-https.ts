import { check } from '../../src/check.ts'
import { demand, NotApplicable } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8414 §2',
  level: 'MUST',
  title: 'The issuer and all endpoints are https URLs without a fragment',
  async run({ metadata, target }) {
    if (new URL(target.issuer).protocol === 'http:') throw new NotApplicable('the target is reached without TLS')
    const urls = Object.entries(metadata.members).filter(([name]) => name === 'issuer' || name === 'jwks_uri' || name.endsWith('_endpoint'))
    for (const [name, url] of urls) {
      demand(typeof url === 'string' && url.startsWith('https://'), `${name} is ${JSON.stringify(url)}`)
      demand(!url.includes('#'), `${name} has a fragment`)
    }
    demand(!target.issuer.includes('?'), 'the issuer has a query')
  },
})
