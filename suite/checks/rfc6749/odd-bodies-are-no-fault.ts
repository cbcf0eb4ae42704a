import { check } from '../../src/check.ts'
import { denied } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §10.14',
  level: 'MUST',
  title: 'Malformed bodies and headers are rejected without a server error',
  needs: ['token endpoint'],
  async run({ app, endpoint, send }) {
    await app().tokens()
    const url = endpoint('token_endpoint')
    const form = 'application/x-www-form-urlencoded'
    const bodies: [string, string][] = [
      [form, ''],
      [form, '%'],
      [form, 'grant_type=%00'],
      [form, '&'.repeat(5000)],
      [form, 'a=1&'.repeat(5000)],
      [form, `grant_type=${'x'.repeat(200_000)}`],
      [form, '\ufeffgrant_type=authorization_code'],
      [`${form}; charset=utf-16`, 'grant_type=authorization_code'],
      ['multipart/form-data; boundary=x', '--x--'],
      ['application/json', '['.repeat(20_000)],
      ['', 'grant_type=authorization_code'],
    ]
    for (const [type, body] of bodies) denied(await send({ method: 'POST', url, headers: { 'content-type': type }, body }))
    for (const authorization of [
      'Basic',
      'Basic ',
      'Basic %%%',
      'Basic Og==',
      'Basic bm9jb2xvbg==',
      'Basic /////w==',
      'Bearer',
      ' ',
      'x'.repeat(5000),
    ]) {
      const headers = { 'content-type': form, authorization }
      denied(await send({ method: 'POST', url, headers, body: 'grant_type=client_credentials' }))
    }
  },
})
