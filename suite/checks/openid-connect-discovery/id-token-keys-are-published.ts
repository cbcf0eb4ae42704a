import { check } from '../../src/check.ts'
import { accepted, demand, json } from '../../src/expect.ts'

const types: Readonly<Record<string, string>> = { RS: 'RSA', PS: 'RSA', ES: 'EC', Ed: 'OKP', ML: 'AKP' }

export default check({
  clause: 'OpenID Connect Discovery §3',
  level: 'MUST',
  title: 'Every advertised ID token algorithm has a key of its type',
  needs: ['OpenID'],
  async run({ metadata, endpoint, get }) {
    const { keys = [] } = json(accepted(await get(endpoint('jwks_uri')))) as { keys?: Record<string, unknown>[] }
    for (const alg of metadata.list('id_token_signing_alg_values_supported') ?? []) {
      const kty = types[alg.slice(0, 2)]
      if (kty !== undefined)
        demand(
          keys.some((key) => key['kty'] === kty && key['use'] !== 'enc'),
          `there is no ${kty} key for ${alg}`,
        )
    }
  },
})
