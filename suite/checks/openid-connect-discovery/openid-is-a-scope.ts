import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Discovery §3',
  level: 'MUST',
  title: 'If scopes are listed, openid is among them',
  needs: ['OpenID'],
  async run({ metadata }) {
    demand(metadata.list('scopes_supported')?.includes('openid') ?? true, 'it is not')
  },
})
