import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6750 §3',
  level: 'MUST NOT',
  title: 'Challenge attributes are not repeated and contain only permitted characters',
  needs: ['UserInfo'],
  async run({ userinfo }) {
    const { headers } = await userinfo('no"such\\token')
    const challenge = headers['www-authenticate'] ?? ''
    for (const [one] of challenge.split(/,\s*(?=dpop\b)/i)) demand(one !== undefined, 'the challenge is empty')
    const [bearer = ''] = challenge.split(/,?\s*\bDPoP\b/)
    const names = [...bearer.matchAll(/(\w+)="?/g)].map(([, name]) => name)
    for (const name of ['realm', 'scope', 'error', 'error_description', 'error_uri']) {
      demand(names.filter((other) => other === name).length <= 1, `the challenge has ${name} more than once`)
    }
    const description = /error_description="((?:[^"\\]|\\.)*)"/.exec(bearer)?.[1] ?? ''
    demand(/^[\x20\x21\x23-\x5b\x5d-\x7e]*$/.test(description), 'error_description has a character that is not allowed')
  },
})
