/** Rich authorization requests: what exactly a client may do, in objects of types that APIs declare — RFC 9396. */
import type { z } from 'zod'
import type { Client } from '../client.ts'
import { canonicalJson, isJsonObject, readJson } from '../codec/json.ts'
import { describeDetail } from '../detail-words.ts'
import { refuse } from '../errors.ts'
import type { Ctx, Feature } from '../feature.ts'
import type { Params } from '../params.ts'
import { type DetailType, detailSchema } from '../resource.ts'
import type { Issuance } from '../types.ts'

type Detail = Readonly<Record<string, unknown>> & { type: string }

const maxParameter = 8192
const maxDetails = 10

/** Under which name a request and its tokens remember them, as JSON. */
const extension = 'authorizationDetails'

/** §5: nothing of a request that is not understood as a whole is granted. */
function read({ tenant }: Ctx, client: Client, params: Params): Detail[] | undefined {
  const text = params.get('authorization_details')
  if (text === undefined) return undefined
  const parsed = text.length > maxParameter ? undefined : readJson(text)
  const value = parsed && 'value' in parsed ? parsed.value : undefined
  if (!Array.isArray(value) || value.length === 0 || value.length > maxDetails || !value.every(isDetail))
    return refuse(
      'invalid_authorization_details',
      'authorization_details must be a JSON array of 1 to 10 objects with a type, in 8192 characters',
    )
  for (const detail of value) {
    const type = typeFor(tenant.detailTypes, client, detail)
    if (!type) refuse('invalid_authorization_details', 'authorization_details has a type that this client is not registered for')
    if (!matches(type, detail)) refuse('invalid_authorization_details', 'authorization_details does not match the schema of its type')
  }
  return value
}

function isDetail(value: unknown): value is Detail {
  return isJsonObject(value) && typeof value['type'] === 'string'
}

/** One that an API still declares, and that the client is registered for. §10 */
function typeFor(types: readonly DetailType[], client: Client, { type }: Detail): DetailType | undefined {
  return client.authorization_details_types.includes(type) ? types.find(({ name }) => name === type) : undefined
}

/** Made once for each schema. */
const validators = new WeakMap<object, z.ZodType>()

function matches({ schema }: DetailType, detail: Detail): boolean {
  const validator = validators.get(schema) ?? detailSchema(schema)
  validators.set(schema, validator)
  return validator.safeParse(detail).success
}

/** The details of an access token: those that were granted or, narrowed, those that the token request names. §6.1 */
function detailsOf(issuance: Issuance): readonly Detail[] {
  const text = issuance.narrowed?.[extension] ?? issuance.authorization?.extensions[extension]
  return text === undefined ? [] : JSON.parse(text)
}

/** The same object, or one whose lists hold less. What else narrows, only the type knows, so it is refused. §6.1 */
function covers(granted: Detail, asked: Detail): boolean {
  const names = Object.keys(granted)
  if (names.length !== Object.keys(asked).length) return false
  return names.every((name) => {
    const [all, some] = [granted[name], asked[name]]
    if (!Array.isArray(all)) return canonicalJson(all) === canonicalJson(some)
    const held = all.map(canonicalJson)
    return Array.isArray(some) && some.length > 0 && some.every((one) => held.includes(canonicalJson(one)))
  })
}

export function authorizationDetails(): Feature {
  return {
    id: 'authorizationDetails',
    spec: 'RFC 9396',
    requires: ['authorizationCode'],
    lasting: [extension],
    metadata: ({ tenant }) => ({ authorization_details_types_supported: tenant.detailTypes.map(({ name }) => name) }), // §10

    readRequest(ctx, { params, client }): Record<string, string> {
      const details = read(ctx, client, params)
      return details ? { [extension]: JSON.stringify(details) } : {}
    },

    consentItems({ tenant }, { extensions }, held) {
      const details: Detail[] = JSON.parse(extensions[extension] ?? '[]')
      const granted: Detail[] = held.map((text) => JSON.parse(text))
      return details.map((detail) => ({
        ...describeDetail(tenant.detailTypes, detail),
        detail: canonicalJson(detail),
        known: granted.some((one) => covers(one, detail)),
        eachTime: tenant.detailTypes.find(({ name }) => name === detail.type)?.consent !== 'once',
      }))
    },

    narrow(ctx, { params, issuance }): Record<string, string> {
      const asked = read(ctx, issuance.client, params)
      if (!asked) return {}
      const isItsOwn = !issuance.authorization && issuance.subject === issuance.client.client_id && !issuance.within // §6: of a machine
      const granted = detailsOf(issuance)
      if (!isItsOwn && !asked.every((one) => granted.some((all) => covers(all, one))))
        refuse('invalid_authorization_details', 'authorization_details exceeds what was granted')
      return { [extension]: JSON.stringify(asked) }
    },

    /** An API is told of its own types alone, where the token is for APIs. §9.1 */
    async accessClaims(ctx, { issuance, target }): Promise<Record<string, unknown>> {
      const apis = target.audience.filter((identifier) => identifier !== ctx.issuer)
      const isFor = ({ api }: DetailType) => apis.length === 0 || apis.includes(api)
      const told = detailsOf(issuance).flatMap((detail) => {
        const type = typeFor(ctx.tenant.detailTypes, issuance.client, detail)
        return type !== undefined && isFor(type) ? [{ ...detail, ...type.enriched?.(detail) }] : []
      })
      return told.length > 0 ? { authorization_details: told } : {}
    },

    respondToken: async (_ctx, { access }) => ({ authorization_details: access.extra['authorization_details'] }), // §7
  }
}
