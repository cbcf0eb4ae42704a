/** Who vouches for the instances of clients: the attesters that a tenant trusts — OAuth 2.0 Attestation-Based Client Authentication (draft 11) §7.1. */
import { z } from 'zod'
import type { Client } from './client.ts'
import { clientKeys } from './client-keys-schema.ts'
import { type Certificate, readCertificate } from './codec/certificate.ts'
import { pathFault } from './codec/certificate-path.ts'
import type { CompactJws } from './codec/jws.ts'
import { type ClientSigningAlg, isSignedBy, publicKeyFor, showsPrivateKey } from './codec/public-key.ts'

const certificate = z
  .string()
  .max(12_000)
  .refine((text) => certificateOf(text)?.x509.ca === true, 'must be the certificate of an authority, DER in base64')

/** By its keys, or by the authorities of its certificates. */
const attesterSchema = z
  .strictObject({
    jwks: clientKeys.optional(),
    trust_anchors: z.array(certificate).min(1).max(10).optional(),
    client_ids: z.array(z.string().max(255)).min(1).max(100).optional(),
  })
  .refine(({ jwks, trust_anchors }) => jwks !== undefined || trust_anchors !== undefined, 'must have jwks or trust_anchors')

export type Attester = z.infer<typeof attesterSchema>

/** By the `iss` of their attestations. */
export const attestersSchema = z
  .record(z.string().min(1).max(2000), attesterSchema)
  .refine((attesters) => Object.keys(attesters).length <= 20, 'must not be more than 20')

const maxChain = 5

/** Whether one of these attesters, which may vouch for this client, signed the attestation. `issuer`: its `iss`, if it has one. §7.1 (4) */
export async function isAttested(
  attesters: Readonly<Record<string, Attester>>,
  client: Pick<Client, 'client_id'>,
  { jws, alg, issuer, now }: { jws: CompactJws; alg: ClientSigningAlg; issuer: string | undefined; now: number },
): Promise<boolean> {
  const named = Object.entries(attesters).filter(([name]) => issuer === undefined || name === issuer)
  const fitting = named.map(([, attester]) => attester).filter(({ client_ids }) => client_ids?.includes(client.client_id) ?? true)
  if (fitting.some(({ jwks }) => jwks?.keys.some((jwk) => isOf(jwk, jws, alg)))) return true
  const [leaf, ...presented] = chainOf(jws.header['x5c'])
  if (!leaf || !isOf(leaf.x509.publicKey.export({ format: 'jwk' }), jws, alg)) return false
  const trusted = fitting.flatMap(({ trust_anchors = [] }) => trust_anchors).flatMap((text) => certificateOf(text) ?? [])
  return (await pathFault(leaf, { presented, trusted, now })) === undefined
}

/** A header that names a key must name the one that signed. RFC 8725 §3.1 */
function isOf(jwk: object, { header, input, signature }: CompactJws, alg: ClientSigningAlg): boolean {
  const { kid } = jwk as { kid?: unknown }
  if (kid !== undefined && header['kid'] !== undefined && kid !== header['kid']) return false
  const key = showsPrivateKey(header) ? undefined : publicKeyFor(jwk, alg)
  return key !== undefined && isSignedBy(key, alg, input, signature)
}

/** RFC 7515 §4.1.6: base64, the one that signs first. */
function chainOf(x5c: unknown): Certificate[] {
  if (!Array.isArray(x5c) || x5c.length > maxChain) return []
  const read = x5c.map((text) => (typeof text === 'string' ? certificateOf(text) : undefined))
  return read.every((one) => one !== undefined) ? read : []
}

function certificateOf(text: string): Certificate | undefined {
  return readCertificate(Buffer.from(text, 'base64'))
}
