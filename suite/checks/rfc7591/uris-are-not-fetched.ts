import { check } from '../../src/check.ts'
import { accepted, demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7591 §5',
  level: 'SHOULD NOT',
  title: 'Registering a client makes the server fetch none of its pages, its logo or its redirect URIs',
  needs: ['registration'],
  async run({ register, sink }) {
    const { url, calls } = await sink()
    const pages = Object.fromEntries(['client_uri', 'logo_uri', 'policy_uri', 'tos_uri'].map((name) => [name, `${url}/${name}`]))
    await register({ ...pages, application_type: 'native', redirect_uris: [`${url}/callback`] })
    accepted((await register({})).reply)
    demand(calls().length === 0, `it called ${calls().join(', ')}`)
  },
})
