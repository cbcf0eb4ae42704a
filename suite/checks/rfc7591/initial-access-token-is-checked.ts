import { check } from '../../src/check.ts'
import { accepted, denied } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7591 §3',
  level: 'SHOULD',
  title: 'A registration request with an unknown initial access token is rejected',
  needs: ['registration'],
  async run({ endpoint, random, register, send }) {
    const body = JSON.stringify({ redirect_uris: ['https://registered.example/callback'] })
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${random.text(32)}` }
    denied(await send({ method: 'POST', url: endpoint('registration_endpoint'), headers, body }))
    accepted((await register({})).reply)
  },
})
