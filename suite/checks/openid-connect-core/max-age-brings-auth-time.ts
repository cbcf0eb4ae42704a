import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §2',
  level: 'REQUIRED',
  title: 'The ID token contains auth_time when max_age is requested',
  needs: ['OpenID', 'code flow'],
  async run({ app, idToken }) {
    const { auth_time } = (await idToken(await app().tokens({ max_age: '3600' }))).claims
    demand(Number.isInteger(auth_time), `auth_time is ${JSON.stringify(auth_time)}`)
    demand(Math.abs(Number(auth_time) - Date.now() / 1000) < 60, 'auth_time is not when the person signed in')
  },
})
