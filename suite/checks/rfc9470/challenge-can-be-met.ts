import { challengeOf } from '../../src/actors/api.ts'
import { check } from '../../src/check.ts'
import { accepted, demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9470 §4',
  level: 'MUST',
  title: 'A token that is requested with the parameters of the challenge is accepted',
  needs: ['step-up', 'code flow'],
  async run({ api, browser }) {
    const signedIn = browser()
    const { access_token } = await api().tokens({}, signedIn)
    await new Promise((resolve) => setTimeout(resolve, 4100))
    const { acr_values, max_age } = challengeOf(await api().callStepUp(access_token))
    const stepped = await api().tokens({ acr_values, max_age }, signedIn)
    const reply = await api().callStepUp(stepped.access_token)
    demand(reply.status !== 401, 'the token that was requested with the parameters of the challenge is refused')
    accepted(reply)
  },
})
