import { check } from '../../src/check.ts'
import { accepted, demand, json } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7591 §2.1',
  level: 'SHOULD',
  title: 'A client cannot register response types without the grant types that go with them',
  needs: ['code flow', 'registration'],
  async run({ register }) {
    const agree = ({ grant_types: grants = ['authorization_code'], response_types: responses = ['code'] }: Record<string, unknown>) => {
      const [grant, response] = [[grants].flat(), [responses].flat()]
      return !response.includes('code') || grant.includes('authorization_code')
    }
    for (const wrong of [
      { grant_types: ['client_credentials'], response_types: ['code'] },
      { grant_types: ['refresh_token'], response_types: ['code'] },
      { grant_types: [], response_types: ['code'] },
    ]) {
      const { reply } = await register(wrong)
      if (reply.status < 400) demand(agree(json(reply)), 'the registration has response types without their grant types')
    }
    accepted((await register({ grant_types: ['authorization_code'], response_types: ['code'] })).reply)
  },
})
