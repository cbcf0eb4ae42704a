/** Access tokens signed with a secret that one client's APIs share with us — RFC 7518 §3.2 (HS256). */
import { createHmac } from 'node:crypto'
import type { Client } from '../protocol/client.ts'
import { equal } from '../protocol/codec/digest.ts'
import { type CompactJws, type JsonObject, parseJws, parseObject } from '../protocol/codec/jws.ts'
import type { SharedKeys } from '../protocol/ports.ts'
import { type DerivedKey, framed } from './derive.ts'
import { encode, isInForce, isOfType, maxLength } from './jwt.ts'
import type { ResealOnUse } from './reseal.ts'
import type { Sealer } from './seal.ts'

type SharingClient = Pick<Client, 'client_id' | 'sealedSigningSecret'>

export interface SigningSecrets extends SharedKeys {
  /** The secret with which a client's APIs verify: a chosen one, or one derived for this client. */
  secretOf(client: SharingClient): string
  /** Seals a chosen secret. Throws `RangeError` if it is too short. */
  sealSecret(clientId: string, secret: string): string
}

/** RFC 7518 §3.2: at least as long as the hash. */
const shortest = 32

/** The first characters of every token with HS256, so that other tokens are recognised without parsing. */
const beginning = Buffer.from('{"alg":"HS256",').toString('base64url')

/**
 * `root`: a key used only for this in this tenant, from which secrets that were not chosen are derived.
 * `markKey`: another, with which the server recognises tokens that it issued.
 */
export function sharedKeys(options: {
  sealer: Sealer
  root: DerivedKey
  markKey: DerivedKey
  tenantId: string
  issuer: string
  reseal: ResealOnUse
}): SigningSecrets {
  const { sealer, root, markKey, tenantId, issuer, reseal } = options
  const sealContextOf = (clientId: string) => ({ purpose: 'client-signing-secret', tenant: tenantId, id: clientId })
  const secretOf = ({ client_id, sealedSigningSecret: sealed }: SharingClient) =>
    sealed === undefined
      ? createHmac('sha256', root()).update(client_id).digest('base64url')
      : sealer.open(sealContextOf(client_id), sealed).toString()
  const mac = (client: SharingClient, text: string) => createHmac('sha256', secretOf(client)).update(text).digest('base64url')

  /**
   * The secret is known to the client's APIs, so its signature alone does not say who made a token. The `jti` of a token that this server
   * issued ends with a mark over all its other claims, which only this server can compute.
   */
  const issuanceMark = (jti: string, claims: object) =>
    createHmac('sha256', markKey())
      .update(framed(jti, JSON.stringify(claims)))
      .digest('base64url')

  function isIssuedHere({ jti, ...claims }: JsonObject): boolean {
    const [, id, mark] = /^([^.]+)\.([^.]+)$/.exec(typeof jti === 'string' ? jti : '') ?? []
    return id !== undefined && mark !== undefined && equal(mark, issuanceMark(id, claims))
  }

  return {
    secretOf,

    sealSecret(clientId, secret) {
      const bytes = Buffer.from(secret)
      if (bytes.length < shortest) throw new RangeError(`a signing secret needs at least ${shortest} bytes`)
      return sealer.seal(sealContextOf(clientId), bytes)
    },

    async sign(client, typ, { jti, ...claims }) {
      const { client_id: id, sealedSigningSecret: sealed } = client
      if (sealed !== undefined) await reseal('client-signing-secret', { tenant: tenantId, id, sealed }, () => Buffer.from(secretOf(client)))
      const marked = { ...claims, jti: `${jti}.${issuanceMark(jti, claims)}` }
      const input = `${encode({ alg: 'HS256', typ, kid: client.client_id })}.${encode(marked)}`
      return `${input}.${mac(client, input)}`
    },

    signerOf(token) {
      if (!token.startsWith(beginning)) return undefined
      const jws = parseJws(token, maxLength)
      const kid = jws?.header['kid']
      return jws?.header['alg'] === 'HS256' && typeof kid === 'string' ? kid : undefined
    },

    verify(client, typ, token, now) {
      const jws = parseJws(token, maxLength)
      if (!jws || !isOf(jws, client.client_id) || !isOfType(jws.header['typ'], typ)) return undefined
      if (!equal(mac(client, jws.input), jws.signature.toString('base64url'))) return undefined
      const claims = parseObject(jws.payload)
      if (!claims || !isIssuedHere(claims)) return undefined
      return claims['iss'] === issuer && claims['client_id'] === client.client_id && isInForce(claims, now) ? claims : undefined
    },
  }
}

/** Only HS256, and only this client's key: a public key is never used as a secret. RFC 8725 §3.1, §3.2. */
function isOf({ header }: CompactJws, clientId: string): boolean {
  return header['alg'] === 'HS256' && header['kid'] === clientId
}
