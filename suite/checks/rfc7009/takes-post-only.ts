import { basic } from '../../src/actors/authenticate.ts'
import { check } from '../../src/check.ts'
import { denied, granted } from '../../src/expect.ts'
import { withQuery } from '../../src/http/form.ts'

export default check({
  clause: 'RFC 7009 §2.1',
  level: 'MUST',
  title: 'Revocation requires POST',
  needs: ['code flow', 'refresh tokens', 'revocation'],
  async run({ app, endpoint, get }) {
    const { client_id, client_secret = '' } = app().registration
    const { refresh_token: token } = await app().offline()
    denied(await get(withQuery(endpoint('revocation_endpoint'), { token }), { authorization: basic(client_id, client_secret) }))
    granted(await app().refresh(token))
  },
})
