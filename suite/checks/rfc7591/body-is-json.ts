import { check } from '../../src/check.ts'
import { accepted, denied } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7591 §3.1',
  level: 'MUST',
  title: 'A registration request must be a JSON object',
  needs: ['registration'],
  async run({ endpoint, register, send }) {
    accepted((await register({})).reply)
    const url = endpoint('registration_endpoint')
    for (const body of ['{', '[]', '"text"', '']) {
      denied(await send({ method: 'POST', url, headers: { 'content-type': 'application/json' }, body }))
    }
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    denied(await send({ method: 'POST', url, headers: form, body: 'redirect_uris=https%3A%2F%2Fweb.example%2Fcallback' }))
  },
})
