import { check } from '../../src/check.ts'
import { demand, json } from '../../src/expect.ts'

const known = [
  'client_credentials',
  'password',
  'refresh_token',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:ietf:params:oauth:grant-type:token-exchange',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
  'urn:openid:params:grant-type:ciba',
]

export default check({
  clause: 'RFC 8414 §2',
  level: 'SHOULD',
  title: 'Every grant type the token endpoint supports is advertised',
  needs: ['token endpoint'],
  async run({ app, metadata }) {
    const advertised = metadata.list('grant_types_supported') ?? ['authorization_code', 'implicit']
    for (const grant_type of known.filter((one) => !advertised.includes(one))) {
      const reply = await app().token({ grant_type })
      const { error } = reply.status === 200 ? {} : json(reply)
      const unknown = ['unsupported_grant_type', 'unauthorized_client', 'invalid_client'].includes(String(error))
      demand(unknown, `${grant_type} is not advertised, yet is answered with ${error ?? 'tokens'}`)
    }
  },
})
