import { check } from '../../src/check.ts'
import { active, inactive } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7662 §2.2',
  level: 'MUST',
  title: 'An unknown token is inactive, with status 200',
  needs: ['code flow', 'introspection'],
  async run({ app, forApi, introspect, random }) {
    const { access_token } = await app().tokens(forApi())
    active(await introspect(access_token))
    for (const token of [random.text(32), `${access_token}x`, access_token.slice(1), 'a.b.c', '0']) inactive(await introspect(token))
  },
})
