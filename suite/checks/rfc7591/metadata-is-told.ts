import { check } from '../../src/check.ts'
import { accepted, demand, json } from '../../src/expect.ts'

/** A server that redirects uses these. */
const used = {
  redirect_uris: ['https://registered.example/callback'],
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code'],
  response_types: ['code'],
}

/** It need not register these, §2. */
const optional = { client_name: 'Suite', client_uri: 'https://registered.example/', contacts: ['operator@registered.example'] }

export default check({
  clause: 'RFC 7591 §3.2.1',
  level: 'MUST',
  title: 'The registration response has what was registered, as it was sent or with more, and no secret for a public client',
  needs: ['code flow', 'registration'],
  async run({ register }) {
    const told = json(accepted((await register({ ...used, ...optional })).reply))
    for (const name of Object.keys(used)) demand(told[name] !== undefined, `${name} is missing`)
    for (const [name, sent] of Object.entries({ ...optional, ...used })) {
      const has = [told[name] ?? sent].flat()
      demand(
        [sent].flat().every((value) => has.includes(value)),
        `${name} is ${JSON.stringify(told[name])}`,
      )
    }
    demand(told['client_secret'] === undefined, 'a public client got a secret')
  },
})
