import { check } from '../../src/check.ts'
import { accepted, demand, json } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7518 §3.3',
  level: 'MUST',
  title: 'RSA keys have at least 2048 bits',
  needs: ['key set'],
  async run({ endpoint, get }) {
    const { keys = [] } = json(accepted(await get(endpoint('jwks_uri')))) as { keys?: Record<string, unknown>[] }
    for (const { kty, n, kid } of keys) {
      if (kty === 'RSA') demand(Buffer.from(String(n), 'base64url').length * 8 >= 2048, `the key ${kid} is shorter`)
    }
  },
})
