import { check } from '../../src/check.ts'
import { accepted, NotApplicable, refused } from '../../src/expect.ts'

const ciba = { grant_types: ['urn:openid:params:grant-type:ciba'], response_types: [], redirect_uris: undefined }

export default check({
  clause: 'OpenID Connect CIBA Core §4',
  level: 'REQUIRED',
  title: 'A client in ping or push mode registers an https address for notifications, and one that polls needs none',
  needs: ['backchannel authentication', 'registration'],
  async run({ metadata, register }) {
    const poll = (await register({ ...ciba, backchannel_token_delivery_mode: 'poll' })).reply
    if (poll.status >= 400) throw new NotApplicable('such clients cannot register themselves')
    accepted(poll)
    const modes = (metadata.list('backchannel_token_delivery_modes_supported') ?? []).filter((mode) => mode !== 'poll')
    if (modes.length === 0) throw new NotApplicable('clients can only poll')
    for (const backchannel_token_delivery_mode of modes) {
      const client = { ...ciba, backchannel_token_delivery_mode }
      for (const endpoint of [undefined, 'http://registered.example/notify', '/notify'])
        refused((await register({ ...client, backchannel_client_notification_endpoint: endpoint })).reply, 'invalid_client_metadata')
      const endpoint = { backchannel_client_notification_endpoint: 'https://registered.example/notify' }
      accepted((await register({ ...client, ...endpoint })).reply)
    }
  },
})
