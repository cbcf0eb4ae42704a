import { superior } from '../../src/actors/superior.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §5.1.1',
  level: 'MUST',
  title: 'Federation endpoints are https URLs without a fragment, and who has the fetch endpoint has the list endpoint, too',
  async run(context) {
    const { members } = await superior(context)
    for (const [name, url] of Object.entries(members)) {
      if (!/^federation_\w+_endpoint$/.test(name)) continue
      demand(typeof url === 'string' && /^https:\/\/[^#]+$/.test(url), `${name} is ${JSON.stringify(url)}`)
    }
    const has = (name: string) => members[`federation_${name}_endpoint`] !== undefined
    demand(has('fetch') === has('list'), 'there is only one of the fetch and the list endpoint')
  },
})
