import { signIn } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §3.2',
  level: 'MUST NOT',
  title: 'A relying party whose authority_hints are empty or no list of entity identifiers is rejected, even if its superior is among them',
  needs: ['code flow'],
  async run(context) {
    const anchor = `${context.listener().url}/anchor`
    const named = (authority_hints: unknown) => signIn(context, { configuration: { claims: { authority_hints } } })
    const wrong = [
      [],
      anchor,
      { anchor },
      [anchor, 'superior'],
      [anchor, 7],
      [anchor, 'ftp://superior.example'],
      [anchor, `${anchor}#here`],
    ]
    for (const hints of wrong) notAuthorized(await named(hints))
    redirected(await named([anchor]))
  },
})
