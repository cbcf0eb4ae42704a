import { check } from '../../src/check.ts'
import { granted } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7636 §B',
  level: 'MUST',
  title: 'The S256 example from Appendix B is accepted',
  needs: ['code flow', 'PKCE'],
  async run({ app }) {
    const code = await app().code({ code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM' })
    granted(await app().redeem(code, { code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' }))
  },
})
