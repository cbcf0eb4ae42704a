/** Access tokens signed with a secret that one client's APIs share with us — RFC 7518 §3.2 (HS256). */
import { createHmac } from 'node:crypto'
import { equal } from '../protocol/codec/digest.ts'
import { type CompactJws, parseJws, parseObject } from '../protocol/codec/jws.ts'
import type { SharedKeys } from '../protocol/ports.ts'
import { encode, isInForce, isOfType, maxLength } from './jwt.ts'
import type { Sealer } from './seal.ts'

export interface SigningSecrets extends SharedKeys {
  /** As it is kept with the client. Throws `RangeError` for one that is too short. */
  sealSecret(clientId: string, secret: string): string
}

/** RFC 7518 §3.2: at least as long as the hash. */
const shortest = 32

export function sharedKeys({ sealer, tenantId, issuer }: { sealer: Sealer; tenantId: string; issuer: string }): SigningSecrets {
  const placeOf = (clientId: string) => ({ purpose: 'client-signing-secret', tenant: tenantId, id: clientId })
  const mac = (clientId: string, sealed: string, text: string) =>
    createHmac('sha256', sealer.open(placeOf(clientId), sealed))
      .update(text)
      .digest('base64url')

  return {
    sealSecret(clientId, secret) {
      const bytes = Buffer.from(secret)
      if (bytes.length < shortest) throw new RangeError(`a signing secret needs at least ${shortest} bytes`)
      return sealer.seal(placeOf(clientId), bytes)
    },

    sign({ client_id, sealedSigningSecret }, typ, claims) {
      if (sealedSigningSecret === undefined) throw new Error('a client that is registered for HS256 has no signing secret')
      const input = `${encode({ alg: 'HS256', typ, kid: client_id })}.${encode(claims)}`
      return `${input}.${mac(client_id, sealedSigningSecret, input)}`
    },

    signerOf(token) {
      const jws = parseJws(token, maxLength)
      const kid = jws?.header['kid']
      return jws?.header['alg'] === 'HS256' && typeof kid === 'string' ? kid : undefined
    },

    verify({ client_id, sealedSigningSecret }, typ, token, now) {
      const jws = parseJws(token, maxLength)
      if (!jws || sealedSigningSecret === undefined || !isOf(jws, client_id) || !isOfType(jws.header['typ'], typ)) return undefined
      if (!equal(mac(client_id, sealedSigningSecret, jws.input), Buffer.from(jws.signature).toString('base64url'))) return undefined
      const claims = parseObject(jws.payload)
      return claims?.['iss'] === issuer && claims['client_id'] === client_id && isInForce(claims, now) ? claims : undefined
    },
  }
}

/** Nothing but HS256, and nothing but this client's key: a public key is never taken for a secret. RFC 8725 §3.1, §3.2. */
function isOf({ header }: CompactJws, clientId: string): boolean {
  return header['alg'] === 'HS256' && header['kid'] === clientId
}
