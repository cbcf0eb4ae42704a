import { entityConfiguration } from '../../src/actors/documents.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Federation §9',
  level: 'MUST',
  title: 'The entity configuration is served as an entity statement',
  async run(context) {
    const { header, reply } = await entityConfiguration(context)
    const type = reply.headers['content-type'] ?? ''
    demand(/^application\/entity-statement\+jwt *(?:;|$)/i.test(type), `the content type is ${type}`)
    demand(header.typ === 'entity-statement+jwt', `typ is ${header.typ}`)
  },
})
