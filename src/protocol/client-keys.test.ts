/** What is sent to a client that lost its keys. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientSchema } from './client.ts'
import { encryptedForClient } from './client-keys.ts'

test('what cannot be encrypted is not sent', async () => {
  const client = { ...clientSchema.parse({ client_id: 'app', redirect_uris: ['https://app.example/cb'] }), secretHashes: [], tokensFrom: 0 }
  await assert.rejects(encryptedForClient(client, 'a.b.c', { alg: 'ECDH-ES', enc: 'A256GCM' }), {
    description: 'the client has no key for which its responses can be encrypted',
  })
})
