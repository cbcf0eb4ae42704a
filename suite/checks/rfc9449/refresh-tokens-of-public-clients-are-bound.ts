import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9449 §5',
  level: 'MUST',
  title: 'Refresh tokens of public clients are bound to the DPoP key',
  needs: ['code flow', 'refresh tokens', 'DPoP'],
  async run({ app, random }) {
    const dpop = random.key()
    const { refresh_token } = await app('public').with({ dpop }).offline()
    refused(await app('public').with({ dpop: random.key() }).refresh(refresh_token))
    refused(await app('public').refresh(refresh_token))
    granted(
      await app('public')
        .with({ dpop })
        .refresh((await app('public').with({ dpop }).offline()).refresh_token),
    )
  },
})
