import { createHash } from 'node:crypto'
import { check } from '../../src/check.ts'
import { demand, NotApplicable } from '../../src/expect.ts'

const digests: Readonly<Record<string, string>> = { 256: 'sha256', 384: 'sha384', 512: 'sha512', Ed25519: 'sha512' }

export default check({
  clause: 'OpenID Connect Core §3.1.3.6',
  level: 'MUST',
  title: 'When present, at_hash is the hash of the access token',
  needs: ['OpenID', 'code flow'],
  async run({ app, idToken }) {
    const tokens = await app().tokens()
    const { header, claims } = await idToken(tokens)
    if (claims['at_hash'] === undefined) throw new NotApplicable('the ID token has no at_hash, which is OPTIONAL here')
    const digest = digests[header.alg.slice(2)] ?? 'sha512'
    const hash = createHash(digest).update(tokens.access_token).digest()
    demand(claims['at_hash'] === hash.subarray(0, hash.length / 2).toString('base64url'), 'it is another')
  },
})
