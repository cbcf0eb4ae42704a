import { check } from '../../src/check.ts'
import { accepted, demand, json } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7591 §3.2.1',
  level: 'MUST',
  title: "Registration returns the client's credentials and metadata, and the client works",
  needs: ['code flow', 'registration'],
  async run({ register, app }) {
    const { reply, registration } = await register({ client_name: 'Suite' })
    demand(reply.status === 201, `the status is ${reply.status}`)
    const { client_id, client_secret, client_secret_expires_at, redirect_uris, client_name } = json(accepted(reply))
    demand(typeof client_id === 'string', 'there is no client_id')
    demand(
      client_secret === undefined || Number.isInteger(client_secret_expires_at),
      'there is a client_secret, and no client_secret_expires_at',
    )
    demand(JSON.stringify(redirect_uris) === JSON.stringify(registration.redirect_uris), 'redirect_uris are not those that were sent')
    demand(client_name === undefined || client_name === 'Suite', `client_name is ${client_name}`)
    await app().with(registration).tokens({ redirect_uri: registration.redirect_uris[0] })
  },
})
