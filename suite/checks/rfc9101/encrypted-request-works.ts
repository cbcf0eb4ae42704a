import { CompactEncrypt, importJWK, type JWK } from 'jose'
import { check } from '../../src/check.ts'
import { accepted, demand, json, NotApplicable, notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9101 §6.1',
  level: 'MUST',
  title: 'A request object that is signed and then encrypted for the server works; one that cannot be decrypted is rejected',
  needs: ['code flow', 'request objects', 'key set'],
  async run({ app, endpoint, get, metadata }) {
    const algs = metadata.list('request_object_encryption_alg_values_supported') ?? []
    const [enc] = metadata.list('request_object_encryption_enc_values_supported') ?? []
    const { keys = [] } = json(accepted(await get(endpoint('jwks_uri')))) as { keys?: JWK[] }
    const key = keys.find(({ use }) => use === 'enc')
    const alg = algs.find((one) => (one.startsWith('RSA') ? key?.kty === 'RSA' : one.startsWith('ECDH') && key?.kty !== 'RSA'))
    if (!key || !alg || !enc) throw new NotApplicable('request objects are not encrypted')
    const jwt = app('jwt')
    const { request, ...beside } = await jwt.signedRequest({ state: 'encrypted' })
    const header = { alg, enc, cty: 'oauth-authz-req+jwt', ...(key.kid === undefined ? {} : { kid: key.kid }) }
    const text = new TextEncoder().encode(String(request))
    const jwe = await new CompactEncrypt(text).setProtectedHeader(header).encrypt(await importJWK(key, alg))
    notAuthorized(await jwt.authorize({ ...beside, request: jwe.replace(/[^.]+$/, 'AAAAAAAAAAAAAAAAAAAAAA') }))
    const { params } = redirected(await jwt.authorize({ ...beside, request: jwe }))
    demand(params['state'] === 'encrypted', `state is ${params['state']}`)
  },
})
