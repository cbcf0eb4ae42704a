import { check } from '../../src/check.ts'
import { accepted, demand, json } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7517 §8',
  level: 'MUST NOT',
  title: 'The key set contains no private or symmetric keys',
  needs: ['key set'],
  async run({ endpoint, get }) {
    const { keys } = json(accepted(await get(endpoint('jwks_uri')))) as { keys?: Record<string, unknown>[] }
    demand(Array.isArray(keys) && keys.length > 0, 'there is no member "keys"')
    for (const key of keys) {
      const secret = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'].filter((name) => name in key)
      demand(secret.length === 0, `a key has the private member ${secret.join(', ')}`)
      demand(key['kty'] !== 'oct', 'a key is symmetric')
    }
  },
})
