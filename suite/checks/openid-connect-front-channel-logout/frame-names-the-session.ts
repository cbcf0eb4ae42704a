import { signOut } from '../../src/actors/logout.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

const uri = 'https://registered.example/front-channel'

export default check({
  clause: 'OpenID Connect Front-Channel Logout §3',
  level: 'REQUIRED',
  title: 'The frame of a client that needs it is told the issuer and the session of the ID token',
  needs: ['front-channel logout', 'front-channel sessions', 'OpenID', 'code flow', 'registration'],
  async run(context) {
    const session = { frontchannel_logout_uri: uri, frontchannel_logout_session_required: true }
    const { landing, idToken } = await signOut(context, session)
    const frame = landing.at === 'page' ? landing.page.frames.find((one) => one.startsWith(uri)) : undefined
    demand(frame !== undefined, 'no frame is that of the client')
    const { searchParams } = new URL(frame)
    demand(searchParams.get('iss') === context.target.issuer, `iss is ${searchParams.get('iss')}`)
    demand(idToken.claims['sid'] !== undefined && searchParams.get('sid') === idToken.claims['sid'], 'sid is not that of the ID token')
  },
})
