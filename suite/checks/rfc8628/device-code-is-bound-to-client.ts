import { deviceCodeGrant } from '../../src/actors/device.ts'
import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8628 §3.4',
  level: 'MUST',
  title: 'A device code can only be used by the client it was issued to',
  needs: ['device flow'],
  async run({ app, device, metadata, random, register }) {
    const { begin, poll, allow } = device()
    const begun = await begin()
    await allow(begun)
    const params = { grant_type: deviceCodeGrant, device_code: begun.deviceCode }
    refused(await app('web').token(params))
    if (metadata.text('registration_endpoint') !== undefined) {
      const wanted = { grant_types: [deviceCodeGrant], response_types: [], redirect_uris: [], token_endpoint_auth_method: 'none' }
      const { registration } = await register(wanted)
      if (registration.client_id !== '') refused(await app('device').with(registration).token(params))
    }
    refused(await poll({ deviceCode: random.text(32) }), 'invalid_grant', 'expired_token')
    granted(await poll(begun))
  },
})
