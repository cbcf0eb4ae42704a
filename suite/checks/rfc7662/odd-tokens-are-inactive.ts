import { check } from '../../src/check.ts'
import { active, inactive } from '../../src/expect.ts'

/** Of characters that a token may have, RFC 6749 §A.12. */
const odd = ['x'.repeat(5000), '%', 'a.b.c', '..', 'null', '{"active":true}', "' OR 1=1 --", '__proto__']

export default check({
  clause: 'RFC 7662 §2.2',
  level: 'MUST',
  title: 'A token of unusual form or length is inactive, and no error',
  needs: ['code flow', 'introspection', 'two resources'],
  async run({ app, forApi, introspect }) {
    active(await introspect((await app().tokens(forApi())).access_token))
    for (const token of odd) inactive(await introspect(token))
  },
})
