/** Nonces of this API in DPoP proofs — RFC 9449 §9. Computed from the time and a secret, so that all nodes with the secret accept them. */
import { createHmac } from 'node:crypto'

export interface DpopNonces {
  current(): string
  isValid(nonce: unknown): boolean
}

/** Seconds between nonces. The previous one is accepted too, and the next one, of a node whose clock is ahead. */
const PERIOD = 300

export function dpopNonces(secret: string, now: () => number): DpopNonces {
  const ofPeriod = (period: number) => createHmac('sha256', secret).update(`DPoP nonce ${period}`).digest('base64url')
  const period = () => Math.floor(now() / PERIOD)
  return {
    current: () => ofPeriod(period()),
    isValid: (nonce) => [0, -1, 1].some((offset) => ofPeriod(period() + offset) === nonce),
  }
}
