import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §10.10',
  level: 'MUST',
  title: 'Codes are unique and have at least 128 bits',
  needs: ['code flow'],
  async run({ app, browser }) {
    const signedIn = browser()
    const codes = new Set<string>()
    for (let n = 0; n < 8; n++) codes.add((await app().code({}, signedIn)).code)
    demand(codes.size === 8, 'the same code was issued twice')
    const shortest = Math.min(...[...codes].map((code) => code.length))
    demand(shortest * 6 >= 128, `a code has ${shortest} characters, which hold less than 128 bits`)
  },
})
