import { check } from '../../src/check.ts'
import { accepted } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7591 §2',
  level: 'MUST',
  title: 'Unknown client metadata is ignored',
  needs: ['registration'],
  async run({ register }) {
    accepted((await register({ 'x-unheard-of': { deep: true } })).reply)
  },
})
