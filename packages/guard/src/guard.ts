/** The guard: says who calls, or refuses with an answer that tells how to do better — RFC 6750, RFC 9068, RFC 7662, RFC 9449, RFC 9470, RFC 9728. */
import { type Caller, type Claims, callerOf, type Terms } from './caller.ts'
import { type Challenge, refusedFor, refusedUnseen } from './challenge.ts'
import { proofCheck } from './dpop.ts'
import { type Fetch, isSafe } from './fetch-json.ts'
import { type Credentials, introspector } from './introspection.ts'
import { issuer } from './issuer.ts'
import { looksLikeJws } from './jws.ts'
import { verifyJwt } from './jwt-access-token.ts'
import { metadataPathOf, type ResourceMetadata } from './metadata.ts'
import { type Algorithm, knownAlgorithms } from './public-key.ts'
import { Refusal, refuse } from './refusal.ts'
import { type GuardRequest, type Need, type Needed, type Presented, presentedToken, type Scheme } from './request.ts'

/** Times in seconds. */
export interface GuardOptions {
  /** The issuer of the tokens, exactly as it calls itself. https, or http on this machine. */
  issuer: string
  /** What stands in the `aud` of tokens for this API. */
  audience: string
  /** The URL by which callers know this API; the audience when absent. */
  resource?: string
  /** A name for people. */
  resourceName?: string
  /** The client to ask the issuer as, for opaque tokens; `always`: for JWTs too, so that revoking one counts at once. */
  introspection?: Credentials & { always?: boolean }
  /** Take tokens that are bound to a key, with proof of that key. */
  dpop?: boolean
  /** Scopes that every call needs. */
  requireScopes?: readonly string[]
  algorithms?: readonly Algorithm[]
  /** How far clocks may differ. */
  clockTolerance?: number
  /** For how long an answer of the issuer about a token is used. 0: every call asks. */
  cacheSeconds?: number
  /** How many verified tokens to remember, of each kind. 0: none. */
  cachedTokens?: number
  fetch?: Fetch
  /** Seconds since the epoch. */
  now?(): number
}

export interface Guard {
  /** Who calls. Rejects with Refused when the caller is not let in, or when the issuer would have to be asked and is away. */
  check(request: GuardRequest, need?: Need): Promise<Caller>
  /** `check` for one kind of call. Its scopes are listed in the metadata. */
  require(need?: Need): (request: GuardRequest) => Promise<Caller>
  /** RFC 9728 §2. */
  metadata(): ResourceMetadata
  /** Where to serve it, below the origin of the resource. */
  metadataPath: string
}

/** Throws TypeError when the options make no sense. Asks nothing of the issuer before the first request. */
export function createGuard(options: GuardOptions): Guard {
  const settings = checkOptions(options)
  const { resource, dpop, requireScopes, algorithms } = settings
  const schemes: readonly Scheme[] = dpop ? ['Bearer', 'DPoP'] : ['Bearer']
  const { origin } = new URL(resource)
  const metadataPath = metadataPathOf(resource)
  const challenge: Challenge = { schemes, algorithms, metadataUrl: origin + metadataPath }
  const verify = verifier(settings)
  const checkProof = proofCheck({ ...settings, origin })
  const scopes = new Set(requireScopes)

  async function admit(request: GuardRequest, { scheme, token }: Presented, needed: Needed): Promise<Caller> {
    const claims = await verify(token)
    const { cnf } = claims
    if (scheme === 'DPoP') checkProof(request, token, keyOf(cnf))
    else if (cnf !== undefined) refuse('invalid_token', 'the access token is bound to a key; prove possession of it') // RFC 9449 §7.2
    const caller = callerOf(claims)
    if (!needed.scopes.every((scope) => caller.scopes.has(scope)))
      refuse('insufficient_scope', 'the access token lacks a scope that is needed here')
    if (!needed.roles.every((role) => caller.roles.has(role))) refuse('insufficient_scope', 'the caller lacks a role that is needed here')
    checkSignIn(claims, needed, settings)
    return caller
  }

  async function check(request: GuardRequest, need: Need = {}): Promise<Caller> {
    const needed = neededFor(need, requireScopes)
    let presented: Presented | undefined
    try {
      presented = presentedToken(request, schemes)
      if (presented) return await admit(request, presented, needed)
    } catch (error) {
      throw error instanceof Refusal ? refusedFor(error, challenge, presented?.scheme, needed) : error
    }
    throw refusedUnseen(challenge, needed.scopes)
  }

  return {
    check,
    require(need = {}) {
      for (const scope of neededFor(need, []).scopes) scopes.add(scope)
      return (request) => check(request, need)
    },
    metadata: () => ({
      resource,
      authorization_servers: [settings.issuer],
      bearer_methods_supported: ['header'],
      ...(scopes.size > 0 ? { scopes_supported: [...scopes] } : {}),
      ...(settings.resourceName === undefined ? {} : { resource_name: settings.resourceName }),
      ...(dpop ? { dpop_signing_alg_values_supported: algorithms } : {}),
    }),
    metadataPath,
  }
}

type Settings = ReturnType<typeof checkOptions>

function checkOptions(options: GuardOptions) {
  const {
    audience,
    resource = audience,
    algorithms = knownAlgorithms,
    clockTolerance = 5,
    cacheSeconds = 30,
    cachedTokens = 1000,
  } = options
  if (typeof audience !== 'string' || audience === '') throw new TypeError('audience is needed')
  checkUrl('issuer', options.issuer)
  checkUrl('resource', resource)
  if (algorithms.length === 0 || !algorithms.every((alg) => knownAlgorithms.includes(alg)))
    throw new TypeError(`algorithms are some of ${knownAlgorithms.join(', ')}`)
  for (const [name, value] of Object.entries({ clockTolerance, cacheSeconds, cachedTokens }))
    if (!(value >= 0 && value <= 100_000)) throw new TypeError(`${name} is a number from 0`)
  return {
    ...options,
    resource,
    algorithms,
    clockTolerance,
    cacheSeconds,
    cachedTokens,
    dpop: options.dpop ?? false,
    requireScopes: checkScopes(options.requireScopes ?? []),
    fetch: options.fetch ?? fetch,
    now: options.now ?? (() => Date.now() / 1000),
  }
}

function checkUrl(name: string, url: unknown): void {
  if (typeof url !== 'string' || !URL.canParse(url) || !isSafe(new URL(url)) || /[?#"\\]/.test(url))
    throw new TypeError(`${name} is needed: an https URL without query and fragment, or http on this machine`)
}

function neededFor({ scopes = [], roles = [], acr = [], maxAge }: Need, always: readonly string[]): Needed {
  if (!acr.every((one) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(one))) throw new TypeError('an acr has no spaces, quotes or backslashes')
  if (maxAge !== undefined && !(Number.isSafeInteger(maxAge) && maxAge >= 0)) throw new TypeError('maxAge is a whole number of seconds')
  return { scopes: [...new Set([...always, ...checkScopes(scopes)])], roles, acr, maxAge }
}

/** How and when the person signed in. A machine never did. RFC 9470 §3. */
function checkSignIn({ acr, auth_time: at }: Claims, needed: Needed, { now, clockTolerance }: Terms): void {
  if (needed.acr.length > 0 && !needed.acr.some((one) => one === acr))
    refuse('insufficient_user_authentication', 'the person must sign in with another authentication context class')
  if (needed.maxAge !== undefined && !(typeof at === 'number' && at + needed.maxAge + clockTolerance >= now()))
    refuse('insufficient_user_authentication', 'the person must sign in again, for it was too long ago')
}

/** RFC 6749 §3.3. */
function checkScopes(scopes: readonly string[]): readonly string[] {
  if (!scopes.every((scope) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope)))
    throw new TypeError('a scope has no spaces, quotes or backslashes')
  return scopes
}

function verifier(settings: Settings): (token: string) => Promise<Claims> {
  const source = issuer(settings)
  const { introspection } = settings
  const introspect = introspection && introspector(source, { ...settings, credentials: introspection })
  if (introspect && introspection.always) return introspect
  return (token) => {
    if (looksLikeJws(token)) return verifyJwt(token, source, settings)
    return introspect ? introspect(token) : refuse('invalid_token', 'the access token is malformed or too long')
  }
}

/** RFC 9449 §6.1. */
function keyOf(cnf: unknown): string {
  const { jkt, ...others } = (cnf ?? {}) as { jkt?: unknown }
  if (typeof jkt !== 'string') return refuse('invalid_token', 'the access token is not bound to a key; send it as Bearer')
  if (Object.keys(others).length > 0) refuse('invalid_token', 'the access token is bound in a way that cannot be checked here')
  return jkt
}
