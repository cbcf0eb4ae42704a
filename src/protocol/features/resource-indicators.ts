/** Resource indicators — RFC 8707. */
import type { Client } from '../client.ts'
import { refuse } from '../errors.ts'
import type { Ctx, Feature } from '../feature.ts'
import type { Params } from '../params.ts'
import { isIdentifier, type Resource } from '../resource.ts'
import { defaultResources } from '../target.ts'

/** What a request names: absolute URIs without fragment (§2), and what `audience` says where the policy of the client lets it. */
async function named(ctx: Ctx, params: Params, client: Client): Promise<Resource[]> {
  const identifiers = params.several('resource')
  if (!identifiers.every(isIdentifier)) refuse('invalid_target', 'resource must be an absolute URI without fragment')
  const audience = client.policy.audience_parameter === 'resource' ? params.several('audience') : []
  return known(ctx, [...identifiers, ...audience])
}

/** A wallet may name the credential issuer, which is this server. OpenID for Verifiable Credential Issuance §5.1.2 */
const isCredentialIssuer = (ctx: Ctx, uri: string | undefined) => uri === ctx.issuer && ctx.tenant.credentials.length > 0

/** Each must be registered. §2 */
async function known(ctx: Ctx, identifiers: readonly string[]): Promise<Resource[]> {
  const found = await Promise.all(identifiers.map((uri) => ctx.store.resources.find(uri)))
  const resources = found.flatMap(
    (resource, i) => resource ?? (isCredentialIssuer(ctx, identifiers[i]) ? [] : refuse('invalid_target', 'resource is not known here')),
  )
  return resources.filter(({ identifier }, i) => resources.findIndex((other) => other.identifier === identifier) === i)
}

export function resourceIndicators(): Feature {
  return {
    id: 'resourceIndicators',
    spec: 'RFC 8707',
    requires: ['token'],
    mayRepeat: ['resource', 'audience'],
    serves: { audience_parameter: ['resource'] },

    async readRequest(ctx, { params, client }): Promise<Record<string, string>> {
      const asked = await named(ctx, params, client) // §2.1
      const resources = asked.length > 0 ? asked : await known(ctx, defaultResources(client))
      return resources.length === 0 ? {} : { resource: resources.map(({ identifier }) => identifier).join(' ') }
    },

    async resolveResources(ctx, { params, issuance }) {
      const { authorization, client } = issuance
      const granted = authorization?.resource ?? issuance.within?.resource
      const allowed = granted && (await known(ctx, granted)).map(({ identifier }) => identifier)
      const isAllowed = ({ identifier }: Resource) => allowed === undefined || allowed.includes(identifier)
      // The credential issuer may be a registered API, too. A wallet names it all the same for an offer, which names no API.
      const asked = (await named(ctx, params, client)).filter((one) => isAllowed(one) || !isCredentialIssuer(ctx, one.identifier))
      if (asked.length === 0) return known(ctx, granted ?? defaultResources(client))
      if (!asked.every(isAllowed)) refuse('invalid_target', 'resource was not part of the authorization request') // §2.2
      return asked
    },
  }
}
