import { check } from '../../src/check.ts'
import { accepted, demand, json } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9126 §7.1',
  level: 'MUST',
  title: 'request_uri values are unique and have at least 128 bits',
  needs: ['code flow', 'pushed requests'],
  async run({ app }) {
    const uris = new Set<string>()
    for (let n = 0; n < 8; n++) uris.add(String(json(accepted(await app().push()))['request_uri']))
    demand(uris.size === 8, 'the same request_uri was given out twice')
    const shortest = Math.min(...[...uris].map((uri) => uri.split(':').at(-1)!.length))
    demand(shortest * 6 >= 128, `its last part has ${shortest} characters, which hold less than 128 bits`)
  },
})
