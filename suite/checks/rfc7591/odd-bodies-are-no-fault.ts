import { check } from '../../src/check.ts'
import { accepted, demand, json } from '../../src/expect.ts'

const uri = '"redirect_uris":["https://registered.example/callback"]'

export default check({
  clause: 'RFC 7591 §3.2.2',
  level: 'MUST',
  title: 'Unusual metadata is registered, ignored or rejected, without a server error',
  needs: ['code flow', 'registration'],
  async run({ endpoint, register, send }) {
    const url = endpoint('registration_endpoint')
    const odd = [
      `{${uri},"client_name":${'['.repeat(5000)}${']'.repeat(5000)}}`,
      `{${uri},"unknown":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`,
      `{${uri},"__proto__":{"client_name":"polluted"},"constructor":{"prototype":{"client_name":"polluted"}}}`,
      `{${uri},"client_name":"\\ud800"}`,
      `{${uri},"client_name":"\\u0000"}`,
      `{${uri},"client_name":"${'x'.repeat(100_000)}"}`,
      `{${uri},"default_max_age":1e999}`,
      `{${uri},"default_max_age":-1}`,
      `{${uri},"contacts":{"length":1000000000}}`,
      `{"redirect_uris":[${Array.from({ length: 3000 }, (_, n) => `"https://registered.example/${n}"`).join()}]}`,
      `{${uri},"jwks":{"keys":[null,7,{}]}}`,
      `\ufeff{${uri}}`,
    ]
    for (const body of odd) {
      const { status } = await send({ method: 'POST', url, headers: { 'content-type': 'application/json' }, body })
      demand(status < 500, `${body.slice(0, 100)} is answered with ${status}`)
    }
    const { client_name } = json(accepted((await register({})).reply))
    demand(client_name !== 'polluted', 'a registration has the metadata of another')
  },
})
