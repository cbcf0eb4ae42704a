import { check } from '../../src/check.ts'
import { demand, json } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8414 §2',
  level: 'MUST',
  title: 'Every advertised grant type is supported',
  needs: ['token endpoint'],
  async run({ app, metadata }) {
    for (const grant_type of metadata.list('grant_types_supported') ?? []) {
      if (grant_type === 'implicit') continue
      const reply = await app().token({ grant_type })
      if (reply.status !== 200)
        demand(json(reply)['error'] !== 'unsupported_grant_type', `${grant_type} is answered with unsupported_grant_type`)
    }
  },
})
