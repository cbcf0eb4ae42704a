/** Certification path validation — RFC 5280 §6 — for certificates of TLS clients. What a certificate demands and is not checked here refuses it. */
import { type Certificate, contentOf } from './certificate.ts'

/** Authorities between a client and one that is trusted. */
const maxIntermediates = 8

const clientAuth = '1.3.6.1.5.5.7.3.2' // RFC 5280 §4.2.1.12
const anyPurpose = '2.5.29.37.0'

/** Basic constraints, key usage, alternative names and extended key usage are checked; a policy changes nothing where none is asked for. */
const understood = ['2.5.29.19', '2.5.29.15', '2.5.29.17', '2.5.29.37', '2.5.29.32']

/** RSA and ECDSA with SHA-2, and Ed25519. RFC 9155 */
const signatureAlgorithms = [
  '1.2.840.113549.1.1.11',
  '1.2.840.113549.1.1.12',
  '1.2.840.113549.1.1.13',
  '1.2.840.10045.4.3.2',
  '1.2.840.10045.4.3.3',
  '1.2.840.10045.4.3.4',
  '1.3.101.112',
]

/**
 * Why no path leads from a client's certificate to one of the trusted authorities; undefined: one does. `presented`: what came with it, in
 * any order. `now`: seconds since the epoch.
 */
export async function pathFault(
  leaf: Certificate,
  { presented, trusted, now }: { presented: readonly Certificate[]; trusted: readonly Certificate[]; now: number },
): Promise<string | undefined> {
  try {
    const path = pathOf(leaf, presented, trusted)
    return path ? await faultIn(path, now) : 'no trusted authority issued the certificate'
  } catch {
    return 'the certificate or one of its authorities cannot be parsed'
  }
}

async function faultIn(path: readonly Certificate[], now: number): Promise<string | undefined> {
  for (const [depth, certificate] of path.entries()) {
    const fault = isInForce(certificate, now) ? await usageFault(certificate, depth, depth === path.length - 1) : 'is not in force'
    if (fault !== undefined) return depth === 0 ? `the certificate ${fault}` : `an authority of the certificate ${fault}`
  }
  return undefined
}

export function isInForce({ notBefore, notAfter }: Certificate, now: number): boolean {
  return notBefore <= now && now <= notAfter
}

/** From the client to an authority that is trusted. The first issuer that fits is followed, so that no input makes this long. */
function pathOf(leaf: Certificate, presented: readonly Certificate[], trusted: readonly Certificate[]): Certificate[] | undefined {
  const path = [leaf]
  for (let last = leaf; path.length <= maxIntermediates + 1; path.push(last)) {
    const anchor = trusted.find((authority) => hasIssued(authority, last))
    if (anchor) return [...path, anchor]
    const next = presented.find((authority) => !path.includes(authority) && hasIssued(authority, last))
    if (!next) return undefined
    last = next
  }
  return undefined
}

/** The names and key identifiers fit, its key may sign certificates, and it did sign this one. */
function hasIssued({ x509: authority }: Certificate, { x509 }: Certificate): boolean {
  return authority.ca && x509.checkIssued(authority) && x509.verify(authority.publicKey)
}

/** `depth`: 0 for the client. The signature of a trusted authority proves nothing, so its algorithm does not matter. */
async function usageFault(certificate: Certificate, depth: number, isTrusted: boolean): Promise<string | undefined> {
  const { x509, jkt } = certificate
  const { critical, pathLength, signs, signatureAlgorithm } = await contentOf(certificate)
  const purposes: readonly string[] | undefined = x509.keyUsage
  if (jkt === undefined) return 'has a key that is too weak, or of a kind that is not accepted'
  if (!isTrusted && !signatureAlgorithms.includes(signatureAlgorithm)) return 'is signed by an algorithm that is not accepted'
  if (!critical.every((oid) => understood.includes(oid))) return 'has a critical extension that is not understood'
  if (purposes && !purposes.includes(clientAuth) && !(depth > 0 && purposes.includes(anyPurpose))) return 'is not for TLS clients'
  if (depth === 0) return signs ? undefined : 'has a key that is not for signatures'
  return pathLength !== undefined && depth - 1 > pathLength ? 'allows fewer authorities below it' : undefined
}
