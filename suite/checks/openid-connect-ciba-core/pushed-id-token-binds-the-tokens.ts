import { createHash } from 'node:crypto'
import { notification } from '../../src/actors/backchannel.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

/** OpenID Connect Core §3.1.3.6. */
function halfHash(text: string, alg: string): string {
  const hash = createHash(`sha${alg.slice(-3)}`)
    .update(text)
    .digest()
  return hash.subarray(0, hash.length / 2).toString('base64url')
}

export default check({
  clause: 'OpenID Connect CIBA Core §10.3.1',
  level: 'MUST',
  title: 'A pushed ID token has the hash of the access token and of the refresh token, and the auth_req_id',
  needs: ['backchannel authentication', 'push delivery'],
  seconds: 60,
  async run(context) {
    const { backchannel, random, target, verify } = context
    const { app, ask } = backchannel('ciba-push')
    const token = random.text(24)
    const asked = await ask({ client_notification_token: token })
    await asked.answer('allow')
    const { members } = await notification(context, 'ciba-push', token)
    const { access_token: access, refresh_token: refresh, id_token: idToken } = members as Record<string, string | undefined>
    const { claims, header } = await verify(idToken ?? '')
    const algorithm = /\d{3}$/.test(header.alg) ? header.alg : 'EdDSA512'
    demand(claims.iss === target.issuer && [claims.aud].flat().includes(app.registration.client_id), 'iss or aud is another')
    demand(claims['urn:openid:params:jwt:claim:auth_req_id'] === asked.authReqId, 'the ID token has not the auth_req_id')
    demand(claims['at_hash'] === halfHash(access ?? '', algorithm), 'at_hash is not that of the access token')
    if (refresh !== undefined)
      demand(claims['urn:openid:params:jwt:claim:rt_hash'] === halfHash(refresh, algorithm), 'rt_hash is not that of the refresh token')
  },
})
