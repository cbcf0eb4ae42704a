import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8628 §3.4',
  level: 'MUST',
  title: 'A device code can only be used by the client it was issued to',
  needs: ['device flow'],
  async run({ app, device, random }) {
    const { begin, poll, allow } = device()
    const begun = await begin()
    await allow(begun)
    refused(await app('web').token({ grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: begun.deviceCode }))
    refused(await poll({ deviceCode: random.text(32) }), 'invalid_grant', 'expired_token')
    granted(await poll(begun))
  },
})
