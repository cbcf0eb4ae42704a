import { signOut } from '../../src/actors/logout.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

const uri = 'https://registered.example/front-channel?app=1'

export default check({
  clause: 'OpenID Connect Front-Channel Logout §2',
  level: 'MUST',
  title: 'The page after a logout loads the registered URI in a frame, and keeps its query',
  needs: ['front-channel logout', 'OpenID', 'code flow', 'registration'],
  async run(context) {
    const { landing } = await signOut(context, { frontchannel_logout_uri: uri })
    demand(landing.at === 'page', 'the browser left the server')
    const { frames } = landing.page
    demand(
      frames.some((frame) => frame.startsWith(uri)),
      frames.length === 0 ? 'the page has no frames' : 'no frame is that of the client',
    )
  },
})
