import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8628 §6.1',
  level: 'SHOULD',
  title: 'User codes are unique and hard to guess',
  needs: ['device flow'],
  async run({ device }) {
    const codes = new Set<string>()
    for (let n = 0; n < 6; n++) codes.add((await device().begin()).userCode)
    demand(codes.size === 6, 'the same user code was given out twice')
    for (const code of codes) {
      const symbols = code.replace(/[^\p{L}\p{N}]/gu, '')
      const bits = symbols.length * Math.log2(/^\d+$/.test(symbols) ? 10 : 20)
      demand(bits >= 20, `the user code ${code} holds less than 20 bits`)
    }
  },
})
