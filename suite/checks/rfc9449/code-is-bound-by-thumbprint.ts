import { calculateJwkThumbprint } from 'jose'
import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9449 §10',
  level: 'MUST',
  title: 'A code requested with dpop_jkt can only be redeemed with that key',
  needs: ['code flow', 'DPoP'],
  async run({ app, random }) {
    const dpop = random.key()
    const { kty, crv, x, y } = dpop
    const dpop_jkt = await calculateJwkThumbprint({ kty, crv, x, y })
    granted(
      await app()
        .with({ dpop })
        .redeem(await app().code({ dpop_jkt })),
    )
    refused(
      await app()
        .with({ dpop: random.key() })
        .redeem(await app().code({ dpop_jkt })),
    )
    refused(await app().redeem(await app().code({ dpop_jkt })))
  },
})
