import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §2',
  level: 'MUST',
  title: 'When present, acr is a string and amr an array of strings',
  needs: ['OpenID', 'code flow'],
  async run({ app, metadata, idToken }) {
    const acr_values = metadata.list('acr_values_supported')?.[0]
    const { acr, amr } = (await idToken(await app().tokens({ acr_values }))).claims
    demand(acr === undefined || typeof acr === 'string', 'acr is no text')
    demand(amr === undefined || (Array.isArray(amr) && amr.every((one) => typeof one === 'string')), 'amr is no list of texts')
  },
})
