import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aClient } from '../../test/stored.ts'
import type { ClientMetadata } from './client.ts'
import type { ConsentRule } from './next-step.ts'
import { consentRule } from './progress.ts'

const native = { application_type: 'native', token_endpoint_auth_method: 'none' } as const
const policy = aClient().policy

const cases: [name: string, client: Partial<ClientMetadata>, redirectUri: string, rule: ConsentRule][] = [
  ['web', {}, 'https://app.example/', 'once'],
  ['public web', { token_endpoint_auth_method: 'none' }, 'https://app.example/', 'once'],
  ['public web under development', { token_endpoint_auth_method: 'none' }, 'http://localhost:3000/', 'once'],
  ['native with a claimed https address', native, 'https://app.example/', 'once'],
  ['native at a loopback address', native, 'http://127.0.0.1:51000/', 'always'],
  ['native at a private-use address', native, 'com.example.app:/', 'always'],
  ['native with credentials', { ...native, token_endpoint_auth_method: 'client_secret_basic' }, 'com.example.app:/', 'once'],
  ['native of the operator', { ...native, policy: { ...policy, consent: 'skip' } }, 'com.example.app:/', 'skip'],
]

for (const [name, client, redirectUri, rule] of cases) {
  test(`${name}: ${rule}`, () => assert.equal(consentRule({ ...aClient(client), secretHashes: [], tokensFrom: 0 }, redirectUri), rule))
}
