/** Secrets that sign webhooks, and the signatures — Standard Webhooks 1.0.0, RFC 2104. */
import { createHmac } from 'node:crypto'
import type { Random } from './derive.ts'

const prefix = 'whsec_'

/** A new secret: 32 random bytes. */
export function newWebhookSecret(random: Random): string {
  return prefix + Buffer.from(random(32)).toString('base64')
}

/** Whether a text is a secret: the prefix and base64 of 24 to 64 bytes. */
export function isWebhookSecret(text: string): boolean {
  const key = keyOf(text)
  return text === prefix + key.toString('base64') && key.length >= 24 && key.length <= 64
}

/** The value of `webhook-signature`. `timestamp`: seconds since the epoch. */
export function signWebhook(secret: string, { id, timestamp, body }: { id: string; timestamp: number; body: string }): string {
  return `v1,${createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64')}`
}

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.slice(prefix.length), 'base64')
}
