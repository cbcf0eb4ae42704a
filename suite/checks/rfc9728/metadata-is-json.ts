import { resourceMetadata } from '../../src/actors/api.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9728 §3.2',
  level: 'MUST',
  title: 'The metadata of an API is a JSON object of the type application/json',
  needs: ['an API'],
  async run({ api }) {
    const reply = await api().metadata()
    resourceMetadata(reply)
    const type = reply.headers['content-type'] ?? ''
    demand(/^application\/json *(?:;|$)/i.test(type), `the content type is ${type}`)
  },
})
