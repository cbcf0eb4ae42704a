import { signed } from '../../src/actors/authenticate.ts'
import { check } from '../../src/check.ts'
import { accepted, demand, json, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7591 §3.1.1',
  level: 'MUST',
  title: 'A software statement of somebody unknown, or without a signature, is rejected, or nothing in it counts',
  needs: ['registration'],
  async run({ random, register }) {
    accepted((await register({ client_name: 'Suite' })).reply)
    const claims = { iss: 'https://stranger.example', client_name: 'Stranger', redirect_uris: ['https://stranger.example/callback'] }
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const statements = [await signed({ ...random.key() }, claims, { typ: 'JWT' }), `${part({ alg: 'none' })}.${part(claims)}.`, 'text']
    for (const software_statement of statements) {
      const { reply } = await register({ client_name: 'Suite', software_statement })
      if (reply.status >= 400) refused(reply, 'invalid_software_statement', 'unapproved_software_statement', 'invalid_client_metadata')
      else demand(!JSON.stringify({ ...json(reply), software_statement: '' }).includes('tranger'), 'what it says is registered')
    }
  },
})
