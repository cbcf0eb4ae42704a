import { credentialIssuer } from '../../src/actors/documents.ts'
import { decode } from '../../src/actors/jwt.ts'
import { credentialsIn, wallet } from '../../src/actors/wallet.ts'
import { check } from '../../src/check.ts'
import { demand, NotApplicable } from '../../src/expect.ts'

export default check({
  clause: 'OpenID for Verifiable Credential Issuance §8.2',
  level: 'MUST',
  title: 'A batch has one credential for each proof, each bound to the key of its proof',
  needs: ['code flow'],
  async run(context) {
    const { members } = await credentialIssuer(context)
    if (members['batch_credential_issuance'] === undefined) throw new NotApplicable('the issuer takes one proof at a time')
    const { nonce, proof, request } = await wallet(context)
    const keys = [context.random.key(), context.random.key()]
    const once = await nonce()
    const credentials = credentialsIn(await request(await Promise.all(keys.map((key) => proof(key, once)))))
    const bound = credentials.map((credential) => (decode(credential.split('~')[0]!).claims['cnf'] as { jwk: { x: string } }).jwk.x)
    demand(bound.join() === keys.map(({ x }) => x).join(), 'the credentials are bound to other keys')
  },
})
