import { automatic } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §12.1.1.1.2',
  level: 'MUST',
  title: 'A trust chain in the header of a request object is verified like one that the server fetched',
  needs: ['code flow'],
  async run(context) {
    const good = await automatic(context)
    redirected(await good.open((await good.request({ header: { trust_chain: await good.chain() } })).url))
    const stranger = await automatic(context, { stranger: true })
    notAuthorized(await stranger.open((await stranger.request({ header: { trust_chain: await stranger.chain() } })).url))
    const [configuration, ...others] = await good.chain()
    const forged = [configuration!, ...others.map((jwt) => jwt.replace(/[^.]*$/, 'AAAA'))]
    notAuthorized(await stranger.open((await stranger.request({ header: { trust_chain: forged } })).url))
  },
})
