/** The keys that credentials are bound to, as a wallet proves to hold them — OpenID for Verifiable Credential Issuance 1.0 §8.2.1, appendices D and F. */
import { isSameAlg } from '../../algs.ts'
import { equal, sha256 } from '../../codec/digest.ts'
import { isJsonObject } from '../../codec/json.ts'
import { type CompactJws, parseJws, parseObject } from '../../codec/jws.ts'
import { type ClientSigningAlg, isPublicJwk, isSignedBy, publicKeyFor, showsPrivateKey, thumbprint } from '../../codec/public-key.ts'
import type { CredentialConfiguration } from '../../credential-configuration.ts'
import { refuse } from '../../errors.ts'
import type { Ctx } from '../../feature.ts'
import type { Members } from './issuer.ts'

export const proofAlgs = ['ES256', 'EdDSA'] as const satisfies readonly ClientSigningAlg[]
/** A device key of a mobile document is on P-256 here. */
const documentAlgs = ['ES256'] as const

export function algsFor({ format }: Pick<CredentialConfiguration, 'format'>): readonly (typeof proofAlgs)[number][] {
  return format === 'mso_mdoc' ? documentAlgs : proofAlgs
}

/** Keys in one request. */
export const batchSize = 10

const nonceLifetime = 300

/** How far the `iat` of a proof may differ from the current time, in seconds. */
const [oldest, ahead] = [300, 60]
const maxProof = 16_384
/** An attestation of all keys may be in the header. */
const maxHeader = 12_288

/** A public key without anything else. */
export type HolderKey = Readonly<Record<'kty' | 'crv' | 'x', string>> & { readonly y?: string }

/** What the request is for, and who sent it. */
interface Expected {
  configuration: CredentialConfiguration
  clientId: string
}

/** The keys, each once. Their nonce is used up. */
export async function provenKeys(ctx: Ctx, members: Members, expected: Expected): Promise<readonly HolderKey[]> {
  const { kind, proofs } = readProofs(members, expected.configuration)
  const found = proofs.map((proof) =>
    kind === 'jwt' ? keysOfJwt(ctx, proof, expected) : keysOfAttestation(ctx, proof, expected.configuration),
  )
  const keys = found.flatMap((one) => one.keys)
  if (keys.length > batchSize) refuse('invalid_proof', 'there are more keys than batch_size says')
  if (new Set(keys.map((key) => thumbprint(key))).size < keys.length) refuse('invalid_proof', 'each credential needs a key of its own')
  const [nonce = '', ...others] = new Set(found.map((one) => one.nonce))
  if (others.length > 0) refuse('invalid_nonce', 'all proofs of a request need the same c_nonce')
  // Last, so that a request that is refused for another reason does not use it up.
  if (!(await ctx.store.usedOnce.first('credential-nonce', sha256(nonce), ctx.now() + nonceLifetime)))
    refuse('invalid_nonce', 'the c_nonce was used before; get a new one for each request')
  return keys
}

function readProofs(
  members: Members,
  { key_attestation: attestation }: CredentialConfiguration,
): { kind: 'jwt' | 'attestation'; proofs: string[] } {
  const { proofs } = members
  if (!isJsonObject(proofs)) return refuse('invalid_proof', 'proofs is missing; it is an object with one type of proof')
  const [kind, ...others] = Object.keys(proofs)
  const list = proofs[kind ?? '']
  if (others.length > 0 || (kind !== 'jwt' && !(kind === 'attestation' && attestation)))
    return refuse('invalid_proof', 'proofs must hold one type of proof, of proof_types_supported')
  if (!Array.isArray(list) || list.length === 0 || !list.every((one) => typeof one === 'string'))
    return refuse('invalid_proof', 'proofs must hold a list of texts')
  if (list.length > (kind === 'jwt' ? batchSize : 1)) refuse('invalid_proof', 'there are more proofs than this issuer takes')
  return { kind, proofs: list }
}

function parsed(text: string, typ: string): CompactJws {
  const jws = parseJws(text, maxProof, maxHeader) ?? refuse('invalid_proof', 'a proof is not a signed JWT of at most 16384 characters')
  return jws.header['typ'] === typ ? jws : refuse('invalid_proof', 'the typ of a proof is not that of its type')
}

interface Proven {
  keys: readonly HolderKey[]
  nonce: string
}

/** Appendix F.1. With an attestation in its header, it speaks for all keys that are attested there. Appendix D.1 */
function keysOfJwt(ctx: Ctx, text: string, { configuration, clientId }: Expected): Proven {
  const jws = parsed(text, 'openid4vci-proof+jwt')
  const { alg: named, jwk, kid, x5c, key_attestation: attestation } = jws.header
  const alg =
    algsFor(configuration).find((one) => isSameAlg(one, named)) ??
    refuse('invalid_proof', 'alg of a proof is not one of proof_signing_alg_values_supported')
  if (kid !== undefined || x5c !== undefined) refuse('invalid_proof', 'a proof must name its key by jwk, not by kid or x5c')
  const key = holderKey(jwk, configuration)
  const publicKey = publicKeyFor(key, alg) ?? refuse('invalid_proof', 'jwk of a proof is not a valid key for its alg')
  if (!isSignedBy(publicKey, alg, jws.input, jws.signature)) refuse('invalid_proof', 'the signature of a proof is wrong')
  const { iss, aud, iat, nonce } = parseObject(jws.payload) ?? {}
  if (iss !== undefined && iss !== clientId) refuse('invalid_proof', 'iss of a proof must be the client_id of the wallet')
  if (aud !== ctx.issuer) refuse('invalid_proof', 'aud of a proof must be the credential issuer')
  const now = ctx.now()
  if (typeof iat !== 'number' || iat < now - oldest || iat > now + ahead)
    refuse('invalid_proof', 'iat of a proof is not the current time; check the clock of the wallet')
  const proven = { nonce: freshNonce(ctx, nonce) }
  const { key_attestation: rule } = configuration
  if (attestation === undefined)
    return rule?.required ? refuse('invalid_proof', 'a proof needs a key_attestation in its header') : { ...proven, keys: [key] }
  if (!rule || typeof attestation !== 'string') return refuse('invalid_proof', 'key_attestation is not taken for this credential')
  const { keys, claims } = attested(ctx, attestation, configuration)
  if (claims['exp'] === undefined || claims['nonce'] !== nonce)
    refuse('invalid_proof', 'a key attestation in the header of a proof needs exp, and as nonce the c_nonce of the proof') // Appendices D.1, F.1
  if (!keys.some((one) => equal(thumbprint(one), thumbprint(key))))
    refuse('invalid_proof', 'key_attestation is not about the key of the proof')
  return { ...proven, keys }
}

/** Appendix F.3: the attestation itself is fresh. */
function keysOfAttestation(ctx: Ctx, text: string, configuration: CredentialConfiguration): Proven {
  const { keys, claims } = attested(ctx, text, configuration)
  return { keys, nonce: freshNonce(ctx, claims['nonce']) }
}

/** A key attestation of somebody whose word is taken. Appendix D.1 */
function attested(ctx: Ctx, text: string, configuration: CredentialConfiguration): { keys: readonly HolderKey[]; claims: Members } {
  const jws = parsed(text, 'key-attestation+jwt')
  const { keys: trusted = [], key_storage, user_authentication } = configuration.key_attestation ?? {}
  const alg = algsFor(configuration).find((one) => isSameAlg(one, jws.header['alg']))
  const signed = alg && trusted.some((key) => isSignatureOf(jws, key, alg))
  if (!signed) refuse('invalid_proof', 'the key attestation is not signed by a key that is trusted here')
  const claims = parseObject(jws.payload) ?? {}
  const { iat, exp, attested_keys: keys } = claims
  const now = ctx.now()
  if (typeof iat !== 'number' || iat > now + ahead || (exp !== undefined && !(typeof exp === 'number' && exp > now)))
    refuse('invalid_proof', 'the key attestation has expired, or is not valid yet')
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > batchSize)
    return refuse('invalid_proof', 'attested_keys must be a list of 1 to batch_size keys')
  for (const [accepted, level] of [
    [key_storage, claims['key_storage']],
    [user_authentication, claims['user_authentication']],
  ] as const)
    if (accepted && !(Array.isArray(level) && level.some((one) => accepted.includes(one))))
      refuse('invalid_proof', 'the key attestation does not reach what key_attestations_required demands')
  return { keys: keys.map((key) => holderKey(key, configuration)), claims }
}

function isSignatureOf(jws: CompactJws, trusted: unknown, alg: ClientSigningAlg): boolean {
  const key = showsPrivateKey(jws.header) ? undefined : publicKeyFor(trusted, alg)
  return key !== undefined && isSignedBy(key, alg, jws.input, jws.signature)
}

/** Public, of a kind that proofs are made with, and without members that would tell wallets apart. */
function holderKey(jwk: unknown, configuration: CredentialConfiguration): HolderKey {
  if (!isPublicJwk(jwk)) return refuse('invalid_proof', 'a key must be a public JWK')
  if (!algsFor(configuration).some((alg) => publicKeyFor(jwk, alg)))
    return refuse('invalid_proof', 'a key is not one for proof_signing_alg_values_supported')
  const { kty, crv, x, y } = jwk as Record<string, string>
  return { kty, crv, x, ...(y === undefined ? {} : { y }) } as HolderKey
}

/** Another one each time, so that each can be used up. It is not stored before. §7.2 */
export function newNonce({ tokens, id, now }: Ctx): string {
  const one = id()
  return `${one}.${tokens.nonce(`credential ${one}`, now())}`
}

function freshNonce({ tokens, now }: Ctx, nonce: unknown): string {
  if (nonce === undefined) return refuse('invalid_proof', 'a proof has no nonce; get one at the nonce endpoint')
  const [one, rest = ''] = typeof nonce === 'string' ? nonce.split(/\.(.*)/s) : []
  return typeof nonce === 'string' && tokens.isNonce(`credential ${one}`, rest, now())
    ? nonce
    : refuse('invalid_nonce', 'nonce of a proof is not a c_nonce of this issuer that is in force')
}
