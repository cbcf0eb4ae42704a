/** The options of a guard, and the settings derived from them. */
import { type BindingOptions, refuseBinding } from './binding.ts'
import { certificateCheck } from './certificate.ts'
import { proofCheck } from './dpop.ts'
import { type DpopNonces, dpopNonces } from './dpop-nonce.ts'
import { type Fetch, isSafeUrl } from './fetch-json.ts'
import { metadataPathOf } from './metadata-path.ts'
import { type Algorithm, knownAlgorithms } from './public-key.ts'
import { memoryReplayStore, type ReplayStore } from './replay.ts'
import type { Scheme } from './request.ts'

/** Times in seconds. */
export interface GuardOptions {
  /** The issuer of the tokens, exactly as it names itself. https, or http on this machine. */
  issuer: string
  /** The `aud` of tokens for this API. */
  audience: string
  /** The URL at which callers reach this API. Absent: the audience. */
  resource?: string
  /** A name for people, in the metadata. */
  resourceName?: string
  /** Where clients find the metadata, if the issuer serves it for this API. Absent: at the origin of the resource. RFC 9728 §5.1 */
  metadataUrl?: string
  /** Credentials with which the API asks the issuer about opaque tokens. */
  introspection?: IntrospectionCredentials
  /** Accept tokens that are bound to a key, with proof of that key. RFC 9449 */
  dpop?: boolean | DpopOptions
  /** Accept tokens that are bound to a TLS client certificate, with that certificate. RFC 8705 §3 */
  mtls?: boolean | MtlsOptions
  /** Refuse tokens that are not bound, as FAPI 2.0 requires. Needs `dpop` or `mtls`. */
  requireBound?: boolean
  /** Scopes that every call needs. */
  requireScopes?: readonly string[]
  /** Of tokens and of proofs. Absent: all that this Node can verify. */
  algorithms?: readonly Algorithm[]
  /** Accept tokens whose `typ` is `JWT`, for issuers that do not follow RFC 9068. ID tokens are still refused. */
  acceptTypJwt?: boolean
  /** How far clocks may differ; at most 300. */
  clockTolerance?: number
  /** How long an answer of the issuer about a token is used; at most 3600. 0: every call asks. */
  cacheSeconds?: number
  /** How many verified tokens to remember, of each kind; at most 100,000. 0: none. */
  cachedTokens?: number
  /** Called each time the issuer cannot be asked, also while cached keys are still used. For the log of the API. */
  onIssuerError?(error: unknown): void
  /** For tests, and for a network that needs a proxy. */
  fetch?: Fetch
  /** Seconds since the epoch. */
  now?(): number
}

export interface IntrospectionCredentials {
  clientId: string
  clientSecret: string
  /** Ask about JWTs too, so that a revoked one is refused within `cacheSeconds`. */
  always?: boolean
  /** Accept API keys of Gatehouse in the header `x-api-key`. */
  apiKeys?: boolean
}

export interface DpopOptions {
  /** Where used proofs are recorded. Absent: in the memory of this process. */
  replay?: ReplayStore
  /** Ask for a nonce of this API in each proof, made with this secret of at least 32 characters; the same at all nodes. RFC 9449 §9 */
  nonceSecret?: string
}

export interface MtlsOptions {
  /** Addresses and networks of the proxies whose `Client-Cert` header is trusted. RFC 9440 */
  proxies: readonly string[]
}

/** Unexpired proofs in the memory of this process: about 5,000 a second. */
const MAX_PROOFS = 350_000

export interface Settings extends BindingOptions {
  issuer: string
  audience: string
  resource: string
  /** Of the resource. */
  origin: string
  resourceName: string | undefined
  metadataUrl: string
  introspection: IntrospectionCredentials | undefined
  schemes: readonly Scheme[]
  apiKeys: boolean
  dpop: boolean
  mtls: boolean
  nonces: DpopNonces | undefined
  requireScopes: readonly string[]
  algorithms: readonly Algorithm[]
  acceptTypJwt: boolean
  clockTolerance: number
  cacheSeconds: number
  cachedTokens: number
  onIssuerError(error: unknown): void
  fetch: Fetch
  now(): number
}

/** Throws TypeError for invalid options. */
export function settingsFrom(options: GuardOptions): Settings {
  const { issuer, audience, resource = audience, introspection, mtls = false, requireBound = false } = options
  const { clockTolerance = 5, cacheSeconds = 30, cachedTokens = 1000, now = () => Date.now() / 1000 } = options
  if (typeof audience !== 'string' || audience === '') throw new TypeError('audience is needed')
  checkUrl('issuer', issuer)
  checkUrl('resource', resource)
  const { origin } = new URL(resource)
  const { metadataUrl = origin + metadataPathOf(resource) } = options
  checkMetadataUrl(metadataUrl)
  checkNumber('clockTolerance', clockTolerance, 300)
  checkNumber('cacheSeconds', cacheSeconds, 3600)
  checkNumber('cachedTokens', cachedTokens, 100_000)
  const algorithms = checkAlgorithms(options.algorithms ?? knownAlgorithms)
  const dpop = dpopSettings(options.dpop, now)
  const apiKeys = introspection?.apiKeys ?? false
  if (requireBound && !dpop && !mtls) throw new TypeError('requireBound needs dpop or mtls')
  if (requireBound && apiKeys) throw new TypeError('API keys cannot be bound: choose requireBound or apiKeys')
  return {
    issuer,
    audience,
    resource,
    origin,
    resourceName: options.resourceName,
    metadataUrl,
    introspection,
    schemes: [...(requireBound && !mtls ? [] : ['Bearer' as const]), ...(dpop ? ['DPoP' as const] : [])],
    apiKeys,
    dpop: dpop !== undefined,
    mtls: mtls !== false,
    nonces: dpop?.nonces,
    checkProof: dpop ? proofCheck({ ...dpop, origin, algorithms, clockTolerance, now }) : refuseBinding,
    checkCertificate: mtls ? certificateCheck(mtls === true ? [] : mtls.proxies) : refuseBinding,
    requireBound,
    requireScopes: checkScopes(options.requireScopes ?? []),
    algorithms,
    acceptTypJwt: options.acceptTypJwt ?? false,
    clockTolerance,
    cacheSeconds,
    cachedTokens,
    onIssuerError: options.onIssuerError ?? (() => {}),
    fetch: options.fetch ?? fetch,
    now,
  }
}

function dpopSettings(dpop: GuardOptions['dpop'], now: () => number): { replay: ReplayStore; nonces: DpopNonces | undefined } | undefined {
  if (dpop === undefined || dpop === false) return undefined
  const { replay = memoryReplayStore(MAX_PROOFS, now), nonceSecret } = dpop === true ? {} : dpop
  if (nonceSecret === undefined) return { replay, nonces: undefined }
  if (typeof nonceSecret !== 'string' || nonceSecret.length < 32) throw new TypeError('dpop.nonceSecret has at least 32 characters')
  return { replay, nonces: dpopNonces(nonceSecret, now) }
}

function checkAlgorithms(algorithms: readonly Algorithm[]): readonly Algorithm[] {
  if (algorithms.length === 0 || !algorithms.every((alg) => knownAlgorithms.includes(alg)))
    throw new TypeError(`algorithms are some of ${knownAlgorithms.join(', ')}; ML-DSA needs Node 24.7 or later`)
  return algorithms
}

function checkNumber(name: string, value: number, max: number): void {
  if (!(value >= 0 && value <= max)) throw new TypeError(`${name} is a number from 0 to ${max}`)
}

function checkUrl(name: string, url: unknown): void {
  if (typeof url !== 'string' || !URL.canParse(url) || !isSafeUrl(new URL(url)) || /[?#"\\]/.test(url))
    throw new TypeError(`${name} is an https URL without query and fragment, or http on this machine`)
}

/** It stands between quotes in a challenge. */
function checkMetadataUrl(url: unknown): void {
  if (typeof url !== 'string' || !URL.canParse(url) || !isSafeUrl(new URL(url)) || !/^[^\s#"\\]+$/.test(url))
    throw new TypeError('metadataUrl is an https URL without fragment, or http on this machine')
}

/** RFC 6749 §3.3 */
export function checkScopes(scopes: readonly string[]): readonly string[] {
  if (!scopes.every(isToken)) throw new TypeError('a scope has no spaces, quotes or backslashes')
  return scopes
}

/** Characters that can stand between quotes in a challenge, in a list with spaces. RFC 6750 §3 */
export function isToken(text: string): boolean {
  return /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(text)
}
