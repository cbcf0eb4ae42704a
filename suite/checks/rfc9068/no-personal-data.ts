import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9068 §6',
  level: 'SHOULD NOT',
  title: 'Access tokens contain no personal data beyond sub',
  needs: ['code flow', 'key set'],
  async run({ jwtAccessToken }) {
    const { claims } = await jwtAccessToken()
    const personal = ['email', 'phone_number', 'address', 'name', 'birthdate'].filter((name) => name in claims)
    demand(personal.length === 0, `there is ${personal.join(', ')}`)
  },
})
