import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8414 §2',
  level: 'MUST',
  title: 'Every advertised response mode works',
  needs: ['code flow'],
  async run({ app, metadata }) {
    for (const response_mode of metadata.list('response_modes_supported') ?? ['query', 'fragment']) {
      if (!['query', 'fragment', 'form_post'].includes(response_mode)) continue
      const { mode } = redirected(await app().authorize({ response_mode }))
      demand(mode === response_mode, `asked for ${response_mode}, the response came by ${mode}`)
    }
  },
})
