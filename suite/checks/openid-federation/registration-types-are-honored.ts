import { automatic } from '../../src/actors/federation.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §5.1.2',
  level: 'MUST',
  title: 'A relying party that registers explicitly only is not registered automatically',
  needs: ['code flow'],
  async run(context) {
    const other = await automatic(context, { metadata: { client_registration_types: ['explicit'] } })
    notAuthorized(await other.open((await other.request()).url))
    const party = await automatic(context, { metadata: { client_registration_types: ['automatic'] } })
    redirected(await party.open((await party.request()).url))
  },
})
