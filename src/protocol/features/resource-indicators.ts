/** Resource indicators — RFC 8707. */
import { refuse } from '../errors.ts'
import type { Ctx, Feature } from '../feature.ts'
import type { Params } from '../params.ts'
import { isIdentifier, type Resource } from '../resource.ts'

/** Absolute URIs without fragment. §2 */
function read(params: Params): string[] {
  const resources = params.several('resource')
  if (!resources.every(isIdentifier)) refuse('invalid_target', 'resource must be an absolute URI without fragment')
  return resources
}

/** Each must be registered. §2 */
async function known(ctx: Ctx, identifiers: readonly string[]): Promise<Resource[]> {
  const found = await Promise.all(identifiers.map((uri) => ctx.store.resources.find(uri)))
  return found.map((resource) => resource ?? refuse('invalid_target', 'resource is not known here'))
}

export function resourceIndicators(): Feature {
  return {
    id: 'resourceIndicators',
    spec: 'RFC 8707',
    requires: ['token'],
    mayRepeat: ['resource'],

    async readRequest(ctx, { params }): Promise<Record<string, string>> {
      const resources = await known(ctx, read(params)) // §2.1
      return resources.length === 0 ? {} : { resource: resources.map(({ identifier }) => identifier).join(' ') }
    },

    async resolveResources(ctx, { params, issuance }) {
      const asked = read(params)
      const { authorization } = issuance
      if (authorization && !asked.every((uri) => authorization.resource.includes(uri)))
        refuse('invalid_target', 'resource was not part of the authorization request') // §2.2
      return known(ctx, asked.length > 0 ? asked : (authorization?.resource ?? []))
    },
  }
}
