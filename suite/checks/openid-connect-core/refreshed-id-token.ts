import { check } from '../../src/check.ts'
import { demand, granted, NotApplicable } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §12.2',
  level: 'MUST',
  title: 'An ID token from a refresh keeps iss, sub, aud and auth_time',
  needs: ['OpenID', 'code flow', 'refresh tokens'],
  async run({ app, idToken, warn }) {
    const first = await app().offline({ max_age: '3600' })
    const second = granted(await app().refresh(first.refresh_token))
    if (second.id_token === undefined) throw new NotApplicable('refreshing brings no ID token, which is allowed')
    const [before, after] = [(await idToken(first)).claims, (await idToken(second)).claims]
    for (const name of ['iss', 'sub', 'aud', 'azp', 'auth_time']) {
      demand(JSON.stringify(before[name]) === JSON.stringify(after[name]), `${name} was ${before[name]}, and is ${after[name]}`)
    }
    demand(Number(after.iat) >= Number(before.iat), 'iat is older')
    if ('nonce' in after && after['nonce'] !== before['nonce']) warn('the nonce is another')
  },
})
