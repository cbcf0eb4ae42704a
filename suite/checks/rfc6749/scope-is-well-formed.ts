import { check } from '../../src/check.ts'
import { demand, notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §3.3',
  level: 'MUST',
  title: 'A scope with invalid characters is rejected or not granted',
  needs: ['code flow'],
  async run({ app }) {
    const usual = app().request().params['scope']
    redirected(await app().authorize())
    for (const odd of ['"quoted"', 'back\\slash', 'ä', 'tab\tbed', 'line\nbreak', '\u007f']) {
      const code = await app().authorize({ scope: `${usual} ${odd}` })
      if (code.at === 'page' || code.params['error'] !== undefined) notAuthorized(code)
      else demand(!((await app().tokens({ scope: `${usual} ${odd}` })).scope ?? odd).includes(odd), `${JSON.stringify(odd)} was granted`)
    }
  },
})
