import { detailType } from '../../src/actors/details.ts'
import { check } from '../../src/check.ts'
import { redirected, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9396 §5',
  level: 'MUST',
  title: 'Unknown or malformed authorization_details are rejected',
  needs: ['code flow', 'authorization details', 'two resources'],
  async run({ app, forApi, metadata }) {
    const type = detailType(metadata)
    redirected(await app().authorize({ ...forApi(), authorization_details: JSON.stringify([{ type }]) }))
    for (const authorization_details of ['[{"type":"unheard-of"}]', '[{}]', '[{"type":1}]', '{', 'true', '[[]]', '{}']) {
      redirectedWithError(await app().authorize({ ...forApi(), authorization_details }), 'invalid_authorization_details', 'invalid_request')
    }
  },
})
