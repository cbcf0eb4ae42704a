import assert from 'node:assert/strict'
import { test } from 'node:test'
import { webAuthn } from './webauthn.ts'

const made = webAuthn({ issuer: 'https://id.example:8443/t/acme', name: 'Acme' })
const encoded = (text: string) => Buffer.from(text).toString('base64url')

test('the options of a browser, Web Authentication Level 3 §5.4, §5.5', () => {
  const challenge = encoded('challenge')
  assert.deepEqual(JSON.parse(made.creation({ challenge: 'challenge', handle: 'aGk', username: 'ada', name: 'Ada', known: ['one'] })), {
    rp: { id: 'id.example', name: 'Acme' },
    user: { id: 'aGk', name: 'ada', displayName: 'Ada' },
    challenge,
    pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: 'public-key', alg })),
    timeout: 300_000,
    excludeCredentials: [{ type: 'public-key', id: 'one' }],
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
    attestation: 'none',
  })
  const allowed = [{ id: 'one', transports: ['usb'] }]
  for (const [verified, userVerification] of [
    [true, 'required'],
    [false, 'preferred'],
  ] as const)
    assert.deepEqual(JSON.parse(made.request({ challenge: 'challenge', allowed, verified })), {
      ...{ rpId: 'id.example', challenge, timeout: 300_000, userVerification },
      allowCredentials: [{ type: 'public-key', id: 'one', transports: ['usb'] }],
    })
})

test('what tells an authenticator which passkeys are stored, §5.1.10', () => {
  assert.deepEqual(JSON.parse(made.unknown('one')), { rpId: 'id.example', credentialId: 'one' })
  assert.deepEqual(JSON.parse(made.accepted('aGk', ['one', 'two'])), {
    ...{ rpId: 'id.example', userId: 'aGk', allAcceptedCredentialIds: ['one', 'two'] },
  })
})

test('what a response says before it is verified; undefined when it says nothing', async () => {
  const said = (client: unknown, more: object = {}, response: object = {}) =>
    JSON.stringify({
      ...{ id: 'one', rawId: 'one', type: 'public-key' },
      ...more,
      response: { clientDataJSON: encoded(typeof client === 'string' ? client : JSON.stringify(client)), ...response },
    })
  const client = { challenge: encoded('challenge') }
  const known = { id: 'one', challenge: 'challenge', userHandle: undefined }
  const rows: [response: string, claimed: object | undefined][] = [
    [said(client), known],
    [said(client, {}, { userHandle: 'aGk' }), { ...known, userHandle: 'aGk' }],
    [said(client, {}, { userHandle: null }), known],
    [said(client, {}, { userHandle: 'a b' }), undefined],
    [said(client, { id: '' }), undefined],
    [said(client, { id: 'x'.repeat(16_385) }), undefined],
    [said(client, { type: 'password' }), undefined],
    [said(client, { rawId: 5 }), undefined],
    [said({}), undefined],
    [said({ challenge: 'a b' }), undefined],
    [said('no JSON'), undefined],
    [said('null'), undefined],
    ['no JSON', undefined],
    ['null', undefined],
    ['{}', undefined],
  ]
  for (const [response, claimed] of rows) {
    assert.deepEqual(made.read(response), claimed, response.slice(0, 200))
    assert.equal(await made.created({ response, challenge: 'challenge' }), undefined)
    const passkey = { id: 'one', publicKey: 'aGk', counter: 0 }
    assert.equal(await made.signed({ response, challenge: 'challenge', passkey, verified: false }), undefined)
  }
})
