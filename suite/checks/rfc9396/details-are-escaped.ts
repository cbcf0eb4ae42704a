import { detailType } from '../../src/actors/details.ts'
import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

const script = '"><script>alert(1)</script>'

export default check({
  clause: 'RFC 9396 §12',
  level: 'MUST',
  title: 'Values in authorization details are escaped on the pages of the server',
  needs: ['code flow', 'authorization details', 'two resources'],
  async run({ app, browser, forApi, metadata }) {
    const type = detailType(metadata)
    const signedIn = browser()
    redirected(await app().authorize({ ...forApi(), authorization_details: JSON.stringify([{ type }]) }, { browser: signedIn }))
    for (const detail of [{ type, actions: [script] }, { type, identifier: script }, { type, [script]: 'x' }, { type: script }]) {
      const params = { ...forApi(), authorization_details: JSON.stringify([detail]), prompt: 'consent' }
      const { reply } = await app().authorize(params, { browser: signedIn, intent: { idle: true } })
      demand(!reply.body.includes('<script>alert(1)'), 'a value is on the page as it was sent')
    }
  },
})
