/** The programs of the guide to attested instances, run as they stand there. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { testApp } from '../test/app.ts'
import { root, textOf } from './documents.ts'

const guide = textOf('docs/guide/attestation.md')
const programs = [...guide.matchAll(/^```js (\S+)\n([\s\S]*?)^```/gm)].map(([, name = '', text = '']) => ({ name, text }))

test('attestation.md: an instance pushes a request', async () => {
  const gatehouse = await testApp('sqlite', { KEYS_ALGS: 'ES256', FEATURES_CLIENT_ATTESTATION_DRAFT11: 'true' })
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-guide-'))
  try {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    for (const { name, text } of programs) writeFileSync(join(folder, name), text.replaceAll('https://id.example.com', gatehouse.issuer))
    const run = (name: string) => promisify(execFile)(process.execPath, [name], { cwd: folder })
    const key = JSON.parse((await run('attester-key.mjs')).stdout)
    const client_attesters = { 'https://attester.example': { jwks: { keys: [key] } } }
    await gatehouse.app.tenants.set('', { client_attesters } as never)
    const wallet = { client_id: 'wallet', redirect_uris: ['https://wallet.example/callback'], scope: 'openid offline_access' }
    await gatehouse.addClient({ ...wallet, token_endpoint_auth_method: 'attest_jwt_client_auth', id_token_signed_response_alg: 'ES256' })
    const { stdout } = await run('instance.mjs')
    assert.match(stdout, /request_uri: 'urn:ietf:params:oauth:request_uri:/)
  } finally {
    await gatehouse.close()
    rmSync(folder, { recursive: true })
  }
})
