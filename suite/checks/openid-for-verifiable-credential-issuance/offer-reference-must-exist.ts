import { offered } from '../../src/actors/offers.ts'
import { check } from '../../src/check.ts'
import { accepted, denied } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §4.1.3',
  level: 'MUST',
  title: 'A reference to an offer that nobody made leads to an error, and not to an offer or a fault',
  seconds: 90,
  async run(context) {
    const { reply } = await offered(context, { by: 'reference' })
    const { url } = reply!.exchange.request
    for (const other of [url.slice(0, -1), `${url}A`, url.replace(/[^/]+$/, (id) => [...id].toReversed().join(''))])
      denied(await context.get(other))
    accepted(await context.get(url))
  },
})
