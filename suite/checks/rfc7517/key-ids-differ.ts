import { check } from '../../src/check.ts'
import { accepted, demand, json } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7517 §4.5',
  level: 'SHOULD',
  title: 'Every key has a unique kid and states its use',
  needs: ['key set'],
  async run({ endpoint, get }) {
    const { keys = [] } = json(accepted(await get(endpoint('jwks_uri')))) as { keys?: Record<string, unknown>[] }
    const ids = keys.map(({ kid }) => kid)
    demand(ids.every((id) => typeof id === 'string') && new Set(ids).size === ids.length, 'two keys have the same kid, or one has none')
    demand(
      keys.every(({ use, key_ops }) => use !== undefined || key_ops !== undefined),
      'a key does not say its use',
    )
  },
})
