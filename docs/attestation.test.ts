/** The program of the guide to attested instances, run as it stands there, with an attester beside it. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { exportJWK, generateKeyPair } from 'jose'
import { testApp } from '../test/app.ts'
import { root, textOf } from './documents.ts'

const [, program = ''] = /^```js instance\.mjs\n([\s\S]*?)^```/m.exec(textOf('docs/guide/attestation.md')) ?? []

const attester = (jwk: object) => `import { importJWK, SignJWT } from 'jose'

export const attest = async (sub, jwk) =>
  new SignJWT({ cnf: { jwk } })
    .setProtectedHeader({ alg: 'ES256', typ: 'oauth-client-attestation+jwt' })
    .setIssuer('https://attester.example')
    .setSubject(sub)
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(await importJWK(${JSON.stringify(jwk)}, 'ES256'))
`

test('attestation.md: an instance pushes a request', async () => {
  const gatehouse = await testApp('sqlite', { KEYS_ALGS: 'ES256', FEATURES_CLIENT_ATTESTATION_DRAFT11: 'true' })
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-guide-'))
  try {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
    const client_attesters = { 'https://attester.example': { jwks: { keys: [await exportJWK(publicKey)] } } }
    await gatehouse.app.tenants.set('', { client_attesters } as never)
    const wallet = { client_id: 'wallet', redirect_uris: ['https://wallet.example/callback'], scope: 'openid offline_access' }
    await gatehouse.addClient({ ...wallet, token_endpoint_auth_method: 'attest_jwt_client_auth', id_token_signed_response_alg: 'ES256' })
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    writeFileSync(join(folder, 'attester.mjs'), attester(await exportJWK(privateKey)))
    writeFileSync(join(folder, 'instance.mjs'), program.replaceAll('https://id.example.com', gatehouse.issuer))
    const { stdout } = await promisify(execFile)(process.execPath, ['instance.mjs'], { cwd: folder })
    assert.match(stdout, /request_uri: 'urn:ietf:params:oauth:request_uri:/)
  } finally {
    await gatehouse.close()
    rmSync(folder, { recursive: true })
  }
})
