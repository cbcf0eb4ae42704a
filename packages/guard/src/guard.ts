/** The guard: verifies the credential of a request and returns the caller, or refuses with a challenge — RFC 6750, RFC 8705, RFC 9068, RFC 9449, RFC 9470, RFC 9728. */
import { checkBinding } from './binding.ts'
import { type Caller, callerOf } from './caller.ts'
import { type ChallengeOptions, type FullNeed, type Refused, refusedWith, refusedWithoutCredential } from './challenge.ts'
import { type Claims, checkAccessToken, checkApiKey } from './claims.ts'
import { introspector } from './introspection.ts'
import { cachedIssuer } from './issuer.ts'
import { looksLikeJws } from './jws.ts'
import { verifyJwt } from './jwt-access-token.ts'
import { metadataOf, type ResourceMetadata } from './metadata.ts'
import { metadataPathOf } from './metadata-path.ts'
import { checkScopes, type GuardOptions, isToken, type Settings, settingsFrom } from './options.ts'
import { Refusal, refuse } from './refusal.ts'
import { type GuardRequest, type Need, type PresentedCredential, presentedCredential } from './request.ts'

export interface Guard {
  /** The caller. Rejects with `Refused` when the caller is not authorised, or when the issuer must be asked and does not answer. */
  check(request: GuardRequest, need?: Need): Promise<Caller>
  /** `check` for one kind of call. Its scopes are listed in the metadata. */
  require(need?: Need): (request: GuardRequest) => Promise<Caller>
  /** RFC 9728 §2 */
  metadata(): ResourceMetadata
  /** Where to serve the metadata, at the origin of the resource. */
  metadataPath: string
}

/** Throws TypeError when the options are invalid. Sends nothing to the issuer before the first request. */
export function createGuard(options: GuardOptions): Guard {
  const settings = settingsFrom(options)
  const { resource, metadataUrl, schemes, algorithms, nonces, requireScopes } = settings
  const metadataPath = metadataPathOf(resource)
  const challenge: ChallengeOptions = { schemes, algorithms, metadataUrl, nonce: () => nonces?.current() }
  const verify = verifier(settings)
  const scopes = new Set(requireScopes)

  async function admit(request: GuardRequest, presented: PresentedCredential, need: FullNeed): Promise<Caller> {
    const claims = await verify(presented)
    await checkBinding(request, presented, claims['cnf'], settings)
    const caller = callerOf(claims)
    checkNeed(caller, need, settings)
    return caller
  }

  async function check(request: GuardRequest, need: Need = {}): Promise<Caller> {
    const full = fullNeed(need, requireScopes)
    let presented: PresentedCredential | undefined
    try {
      presented = presentedCredential(request, settings)
      if (presented) return await admit(request, presented, full)
    } catch (error) {
      throw error instanceof Refusal ? refusedFor(error, challenge, presented, full) : error
    }
    throw refusedWithoutCredential(challenge, full.scopes)
  }

  return {
    check,
    require(need = {}) {
      for (const scope of fullNeed(need, []).scopes) scopes.add(scope)
      return (request) => check(request, need)
    },
    metadata: () => metadataOf(settings, scopes),
    metadataPath,
  }
}

/** Verifies a credential by its kind and form. */
function verifier(settings: Settings): (presented: PresentedCredential) => Promise<Claims> {
  const issuer = cachedIssuer(settings)
  const { introspection } = settings
  const introspect = introspection && introspector(issuer, { ...settings, ...introspection })
  return async ({ scheme, text }) => {
    if (introspect && scheme === 'x-api-key') return checkApiKey(await introspect(text, 'API key'), settings)
    if (looksLikeJws(text) && !introspection?.always) return verifyJwt(text, issuer, settings)
    if (!introspect) return refuse('invalid_token', 'the access token is malformed or too long')
    return checkAccessToken(await introspect(text, 'access token'), settings)
  }
}

function refusedFor(refusal: Refusal, challenge: ChallengeOptions, presented: PresentedCredential | undefined, need: FullNeed): Refused {
  const scheme = presented?.scheme
  return refusedWith(refusal, challenge, scheme === 'x-api-key' ? undefined : scheme, need)
}

function fullNeed({ scopes = [], roles = [], acr = [], maxAge }: Need, always: readonly string[]): FullNeed {
  if (!acr.every(isToken)) throw new TypeError('an acr has no spaces, quotes or backslashes')
  if (maxAge !== undefined && !(Number.isSafeInteger(maxAge) && maxAge >= 0)) throw new TypeError('maxAge is a whole number of seconds')
  return { scopes: [...new Set([...always, ...checkScopes(scopes)])], roles, acr, maxAge }
}

function checkNeed(caller: Caller, need: FullNeed, { now, clockTolerance }: Settings): void {
  if (!need.scopes.every((scope) => caller.scopes.has(scope))) refuse('insufficient_scope', 'a scope that is needed here was not granted')
  if (!need.roles.every((role) => caller.roles.has(role))) refuse('insufficient_scope', 'the caller lacks a role that is needed here')
  const { acr, auth_time: signedInAt } = caller.claims
  if (need.acr.length > 0 && !need.acr.some((one) => one === acr))
    refuse('insufficient_user_authentication', 'a sign-in of another authentication context class is needed') // RFC 9470 §3
  if (need.maxAge !== undefined && !(typeof signedInAt === 'number' && signedInAt + need.maxAge + clockTolerance >= now()))
    refuse('insufficient_user_authentication', 'a more recent sign-in is needed') // RFC 9470 §3
}
