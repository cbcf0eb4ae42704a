/** Resource indicators — RFC 8707. */
import { refuse } from '../errors.ts'
import type { Feature } from '../feature.ts'
import type { Params } from '../params.ts'

/** Absolute URIs without fragment. §2 */
function read(params: Params): string[] {
  const resources = [...new Set(params.all('resource'))]
  for (const uri of resources) {
    if (!URL.canParse(uri) || uri.includes('#') || /[\s\0]/.test(uri))
      refuse('invalid_target', 'resource must be an absolute URI without fragment')
  }
  return resources
}

export function resourceIndicators(): Feature {
  return {
    id: 'resourceIndicators',
    spec: 'RFC 8707',
    requires: ['token'],
    mayRepeat: ['resource'],

    readRequest(params): Record<string, string> {
      const resources = read(params)
      return resources.length === 0 ? {} : { resource: resources.join(' ') }
    },

    async aim(ctx, { params, issuance }) {
      const asked = read(params)
      const { lasting } = issuance
      if (lasting && !asked.every((uri) => lasting.resource.includes(uri)))
        refuse('invalid_target', 'resource was not part of the authorization request') // §2.2
      const chosen = asked.length > 0 ? asked : (lasting?.resource ?? [])
      const found = await Promise.all(chosen.map((uri) => ctx.store.resources.find(uri)))
      return found.map((resource) => resource ?? refuse('invalid_target', 'resource is not known here'))
    },
  }
}
