import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9207 §2',
  level: 'MUST',
  title: 'iss is returned in every response mode',
  needs: ['code flow', 'issuer identification'],
  async run({ app, metadata, target }) {
    for (const response_mode of ['query', 'fragment', 'form_post']) {
      if (!metadata.list('response_modes_supported')?.includes(response_mode)) continue
      const { params, mode } = redirected(await app().authorize({ response_mode }))
      demand(params['iss'] === target.issuer, `iss is ${params['iss']} in the mode ${mode}`)
    }
  },
})
