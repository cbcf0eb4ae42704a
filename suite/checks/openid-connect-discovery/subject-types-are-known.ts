import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Discovery §3',
  level: 'MUST',
  title: 'Subject types are only "pairwise" and "public"',
  needs: ['OpenID'],
  async run({ metadata }) {
    const other = (metadata.list('subject_types_supported') ?? []).filter((type) => type !== 'pairwise' && type !== 'public')
    demand(other.length === 0, `there is ${other.join(', ')}`)
  },
})
