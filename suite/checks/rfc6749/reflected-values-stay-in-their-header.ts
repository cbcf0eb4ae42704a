import { check } from '../../src/check.ts'
import { arrived, demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §10.14',
  level: 'MUST',
  title: 'A line break in a value does not become a header',
  needs: ['code flow'],
  async run({ app, exchanges }) {
    const state = 'a\r\nx-injected: 1\r\n\r\nbody'
    const { params } = arrived(await app().authorize({ state }))
    demand(params['state'] === state, 'the state was changed')
    await app().authorize({ redirect_uri: `${app().redirectUri}\r\nx-injected: 1` })
    demand(
      exchanges.every(({ response }) => response?.headers['x-injected'] === undefined),
      'there is a header x-injected',
    )
  },
})
