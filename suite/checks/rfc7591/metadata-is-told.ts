import { check } from '../../src/check.ts'
import { accepted, demand, json } from '../../src/expect.ts'

const wanted = {
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code'],
  response_types: ['code'],
  client_name: 'Suite',
  client_uri: 'https://registered.example/',
  contacts: ['operator@registered.example'],
}

export default check({
  clause: 'RFC 7591 §3.2.1',
  level: 'MUST',
  title:
    'The registration response has all metadata that was registered, as it was sent or as it was changed, and no secret for a public client',
  needs: ['code flow', 'registration'],
  async run({ register }) {
    const told = json(accepted((await register(wanted)).reply))
    for (const [name, value] of Object.entries(wanted)) {
      demand(told[name] !== undefined, `${name} is missing`)
      demand(JSON.stringify(told[name]) === JSON.stringify(value), `${name} is ${JSON.stringify(told[name])}`)
    }
    demand(told['client_secret'] === undefined, 'a public client got a secret')
  },
})
