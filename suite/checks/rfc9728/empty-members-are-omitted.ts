import { resourceMetadata } from '../../src/actors/api.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9728 §3.2',
  level: 'MUST',
  title: 'The metadata of an API has no members without values',
  needs: ['an API'],
  async run({ api }) {
    const { bearer_methods_supported: _, ...members } = resourceMetadata(await api().metadata()) // §2: an empty list has a meaning there
    for (const [name, value] of Object.entries(members))
      demand(value !== null && value !== '' && !(Array.isArray(value) && value.length === 0), `${name} has no value`)
  },
})
