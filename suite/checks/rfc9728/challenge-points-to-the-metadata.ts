import { challengeOf, resourceMetadata } from '../../src/actors/api.ts'
import { check } from '../../src/check.ts'
import { accepted, demand, denied } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9728 §5.1',
  level: 'MUST',
  title: 'The challenge of an API points to the metadata of the requested resource',
  needs: ['an API', 'code flow'],
  async run({ api, get }) {
    accepted(await api().call((await api().tokens()).access_token))
    const reply = await api().call()
    denied(reply)
    const { resource_metadata: url = '' } = challengeOf(reply)
    demand(URL.canParse(url), 'the challenge has no URL as resource_metadata')
    const { resource } = resourceMetadata(await get(url))
    demand(resource === api().identifier, `resource is ${JSON.stringify(resource)}`)
  },
})
