import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { isWebhookSecret, newWebhookSecret, signWebhook } from './webhook-secret.ts'

const secretOf = (length: number) => `whsec_${Buffer.alloc(length, 0xff).toString('base64')}`

test('a secret is the prefix and base64 of 24 to 64 bytes', () => {
  const rows: [text: string, right: boolean][] = [
    [newWebhookSecret(randomBytes), true],
    [secretOf(24), true],
    [secretOf(64), true],
    [secretOf(23), false],
    [secretOf(65), false],
    [secretOf(32).replace('whsec_', 'whsek_'), false],
    [secretOf(32).slice('whsec_'.length), false],
    [secretOf(32).replace('=', ''), false],
    [secretOf(32).replaceAll('/', '_'), false],
    [`${secretOf(32)}\n`, false],
    ['', false],
  ]
  for (const [text, right] of rows) assert.equal(isWebhookSecret(text), right, text)
})

test('a signature is that of the specification’s example', () => {
  const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1_614_265_330, body: '{"test": 2432232314}' }
  assert.equal(signWebhook('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', message), 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
})
