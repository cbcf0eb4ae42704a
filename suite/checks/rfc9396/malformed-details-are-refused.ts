import { detailType } from '../../src/actors/details.ts'
import { check } from '../../src/check.ts'
import { redirected, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9396 §5',
  level: 'MUST',
  title: 'Authorization details that are no JSON array of objects with a type are rejected',
  needs: ['code flow', 'authorization details', 'two resources'],
  async run({ app, forApi, metadata }) {
    const type = detailType(metadata)
    const ask = (authorization_details: string) => app().authorize({ ...forApi(), authorization_details })
    for (const wrong of [
      '{',
      '"text"',
      '7',
      'null',
      JSON.stringify({ type }),
      '["text"]',
      '[null]',
      '[{}]',
      '[{"type":7}]',
      `[${'['.repeat(2000)}]`,
    ])
      redirectedWithError(await ask(wrong), 'invalid_authorization_details', 'invalid_request')
    redirected(await ask(JSON.stringify([{ type }])))
  },
})
