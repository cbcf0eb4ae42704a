import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect CIBA Core §11',
  level: 'MUST',
  title: 'An auth_req_id can only be used by the client it was issued to',
  needs: ['backchannel authentication'],
  seconds: 60,
  async run({ backchannel }) {
    const { ask, poll } = backchannel()
    const asked = await ask()
    await asked.answer('allow')
    refused(await backchannel('ciba-other').poll(asked), 'invalid_grant')
    await asked.interval()
    granted(await poll(asked))
  },
})
