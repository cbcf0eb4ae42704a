import { challengeOf } from '../../src/actors/api.ts'
import { check } from '../../src/check.ts'
import { accepted, demand, denied } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9470 §3',
  level: 'MUST',
  title: 'An API that needs another sign-in says so with insufficient_user_authentication, and which one it needs',
  needs: ['step-up', 'code flow'],
  async run({ api }) {
    const { access_token } = await api().tokens()
    await new Promise((resolve) => setTimeout(resolve, 4100))
    accepted(await api().call(access_token))
    const reply = await api().callStepUp(access_token)
    denied(reply)
    const { error, acr_values, max_age } = challengeOf(reply)
    demand(error === 'insufficient_user_authentication', `error is ${error}`)
    demand(acr_values || /^\d+$/.test(max_age ?? ''), 'the challenge has neither acr_values nor max_age')
  },
})
