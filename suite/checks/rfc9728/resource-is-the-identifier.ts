import { resourceMetadata } from '../../src/actors/api.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9728 §3.3',
  level: 'MUST',
  title: 'The metadata of an API names the identifier from which its URL is made',
  needs: ['an API'],
  async run({ api }) {
    const { resource } = resourceMetadata(await api().metadata())
    demand(resource === api().identifier, `resource is ${JSON.stringify(resource)}`)
  },
})
