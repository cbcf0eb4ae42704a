import { check } from '../../src/check.ts'
import { demand, granted } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9700 §2.2.2',
  level: 'MUST',
  title: 'Refresh tokens of public clients are rotated',
  needs: ['code flow', 'refresh tokens'],
  async run({ app }) {
    const { refresh_token } = await app('public').offline()
    const next = granted(await app('public').refresh(refresh_token))
    demand(next.refresh_token !== undefined && next.refresh_token !== refresh_token, 'it is the same as before')
    granted(await app('public').refresh(next.refresh_token))
  },
})
