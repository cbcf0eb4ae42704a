import { detailType } from '../../src/actors/details.ts'
import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9396 §5',
  level: 'MUST',
  title: 'Unknown or malformed authorization_details are rejected when a request is pushed',
  needs: ['pushed requests', 'authorization details', 'two resources'],
  async run({ app, forApi, metadata }) {
    const type = detailType(metadata)
    accepted(await app().push({ ...forApi(), authorization_details: JSON.stringify([{ type }]) }))
    for (const authorization_details of ['[{"type":"unheard-of"}]', '[{}]', '{', '"text"'])
      refused(await app().push({ ...forApi(), authorization_details }), 'invalid_authorization_details', 'invalid_request')
  },
})
