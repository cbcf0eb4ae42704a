import { check } from '../../src/check.ts'
import { arrived, sentBack } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9396 §5',
  level: 'MUST',
  title: 'Authorization details of an unknown type, or of no form, are answered with invalid_authorization_details',
  needs: ['code flow', 'authorization details', 'two resources'],
  async run({ app, forApi, metadata }) {
    const [type] = metadata.list('authorization_details_types_supported') ?? []
    arrived(await app().authorize({ ...forApi(), authorization_details: JSON.stringify([{ type }]) }))
    for (const authorization_details of ['[{"type":"unheard-of"}]', '[{}]', '[{"type":1}]', '{', 'true', '[[]]']) {
      sentBack(await app().authorize({ ...forApi(), authorization_details }), 'invalid_authorization_details', 'invalid_request')
    }
  },
})
