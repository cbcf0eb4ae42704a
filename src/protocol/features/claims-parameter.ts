/** Claims that are requested one by one, and the sign-in that they demand — OpenID Connect Core §5.5. */
import { type Client, scopesOf } from '../client.ts'
import { isJsonObject, readJson } from '../codec/json.ts'
import { refuse } from '../errors.ts'
import type { Ctx, Feature } from '../feature.ts'
import type { Params } from '../params.ts'
import type { SignInDemand } from '../sign-in-demand.ts'
import { scopeOfClaim, subjectClaims } from '../subject-claims.ts'

const maxParameter = 4096

/** By the name of the claim: the values it may have; null: any. */
type Wanted = Readonly<Record<string, readonly unknown[] | null>>

interface Entry {
  essential: boolean
  values: readonly unknown[] | null
}

type Entries = Readonly<Record<string, Entry>>

/** The requested claims; undefined: there is no such parameter. What nobody understands in it is ignored. §5.5 */
function read(params: Params): { id_token: Entries; userinfo: Entries } | undefined {
  const text = params.get('claims')
  if (text === undefined) return undefined
  const parsed = text.length > maxParameter ? undefined : readJson(text)
  const value = parsed && 'value' in parsed ? parsed.value : undefined
  if (!isJsonObject(value)) return refuse('invalid_request', 'claims must be a JSON object of at most 4096 characters')
  return { id_token: entriesOf(value['id_token']), userinfo: entriesOf(value['userinfo']) }
}

function entriesOf(member: unknown): Entries {
  if (member === undefined || member === null) return {}
  const shape = 'id_token and userinfo of claims must be objects of claim names, each with null or an object'
  if (!isJsonObject(member) || !Object.values(member).every((entry) => entry === null || isJsonObject(entry)))
    return refuse('invalid_request', shape)
  return Object.fromEntries(Object.entries(member).map(([name, entry]) => [name, entryOf(entry as Record<string, unknown> | null)]))
}

/** §5.5.1 */
function entryOf(entry: Readonly<Record<string, unknown>> | null): Entry {
  const { essential, value, values } = entry ?? {}
  return { essential: essential === true, values: Array.isArray(values) ? values : value === undefined ? null : [value] }
}

/** Those that a scope of this client asks for: it gets nothing that it could not get by its scopes. */
function allowed(ctx: Ctx, client: Client, entries: Entries): Wanted {
  const registered = scopesOf(client)
  return Object.fromEntries(
    Object.entries(entries).flatMap(([name, { values }]) => (registered.includes(scopeOfClaim(ctx, name) ?? '') ? [[name, values]] : [])),
  )
}

/** What a request asked for, as it is remembered. */
function remembered(extensions: Readonly<Record<string, string>> | undefined): { id_token: Wanted; userinfo: Wanted } {
  const text = extensions?.['claims']
  return text === undefined ? { id_token: {}, userinfo: {} } : JSON.parse(text)
}

function scopesFor(ctx: Ctx, wanted: Wanted): string[] {
  return [...new Set(Object.keys(wanted).flatMap((name) => scopeOfClaim(ctx, name) ?? []))]
}

/** A claim whose value is none of the requested ones is left out. */
async function told(
  ctx: Ctx,
  wanted: Wanted,
  about: { subject: string; known: Readonly<Record<string, unknown>> },
): Promise<Record<string, unknown>> {
  if (Object.keys(wanted).length === 0) return {}
  const claims = await subjectClaims(ctx, { ...about, scope: scopesFor(ctx, wanted), extra: {} })
  const isWanted = (name: string, value: unknown) => {
    const values = Object.hasOwn(wanted, name) ? wanted[name] : undefined
    return values === null || values?.some((one) => JSON.stringify(one) === JSON.stringify(value))
  }
  return Object.fromEntries(Object.entries(claims).filter(([name, value]) => isWanted(name, value)))
}

/** §5.5.1.1 for `acr`, §5.5.1 and §3.1.2.2 for `sub`. */
function demandOf({ id_token: { acr, sub }, userinfo }: { id_token: Entries; userinfo: Entries }): SignInDemand {
  const classes = acr?.values?.filter((one) => typeof one === 'string') ?? []
  const subjects = [...new Set([...(sub?.values ?? []), ...(userinfo['sub']?.values ?? [])])]
  const [subject] = subjects
  if (subjects.length > 1 || (subjects.length === 1 && typeof subject !== 'string'))
    refuse('invalid_request', 'claims must request sub with one value, which is a text')
  return {
    ...(typeof subject === 'string' ? { subject } : {}),
    ...(classes.length > 0 ? (acr?.essential ? { requiredAcr: classes } : { acrValues: classes }) : {}),
  }
}

export function claimsParameter(): Feature {
  return {
    id: 'claimsParameter',
    spec: 'OpenID Connect Core §5.5',
    requires: ['userinfo'],
    parameters: ['claims'],
    lasting: ['claims'],

    readRequest(ctx, { params, client, type }): Record<string, string> {
      const asked = params.words('scope').includes('openid') ? read(params) : undefined
      if (!asked) return {}
      const hasAccessToken = type.code || type.accessToken || type.atPage
      if (!hasAccessToken && Object.keys(asked.userinfo).length > 0)
        refuse('invalid_request', 'claims cannot have userinfo with a response_type that gives no access token') // §5.5
      const wanted = { id_token: allowed(ctx, client, asked.id_token), userinfo: allowed(ctx, client, asked.userinfo) }
      return Object.values(wanted).some((names) => Object.keys(names).length > 0) ? { claims: JSON.stringify(wanted) } : {}
    },

    demandSignIn(_ctx, { params }) {
      const asked = params.words('scope').includes('openid') ? read(params) : undefined
      return asked && demandOf(asked)
    },

    consentScopes(ctx, { extensions }) {
      const { id_token, userinfo } = remembered(extensions)
      return scopesFor(ctx, { ...id_token, ...userinfo })
    },

    async idTokenClaims(ctx, { client, subject, authorization }) {
      const wanted = registered(ctx, client, remembered(authorization?.extensions).id_token)
      return told(ctx, wanted, { subject, known: (await ctx.people.claims(subject)) ?? {} })
    },

    async accessClaims(ctx, { issuance: { client, authorization } }): Promise<Record<string, unknown>> {
      const wanted = registered(ctx, client, remembered(authorization?.extensions).userinfo)
      return Object.keys(wanted).length > 0 ? { userinfo_claims: wanted } : {}
    },

    userinfoClaims: async (ctx, { subject, known, extra }) => told(ctx, (extra['userinfo_claims'] ?? {}) as Wanted, { subject, known }),
  }
}

/** Those that the client may still ask for. */
function registered(ctx: Ctx, client: Client, wanted: Wanted): Wanted {
  const scopes = scopesOf(client)
  return Object.fromEntries(Object.entries(wanted).filter(([name]) => scopes.includes(scopeOfClaim(ctx, name) ?? '')))
}
