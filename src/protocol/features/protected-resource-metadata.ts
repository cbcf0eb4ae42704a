/** What declared APIs publish about themselves, for those that do not serve it on their own — RFC 9728. */
import { refuse } from '../errors.ts'
import type { Endpoint, Feature } from '../feature.ts'

const endpoint: Endpoint = {
  path: '/resource-metadata',
  methods: ['GET'],
  audience: 'program',
  cors: 'any',
  async handle(ctx, { params }) {
    const resource = (await ctx.store.resources.find(params.need('resource'))) ?? refuse('invalid_target', 'resource is not known here')
    const scopes = Object.keys(resource.scopes)
    const detailTypes = Object.keys(resource.authorization_details_types ?? {})
    return {
      kind: 'json',
      status: 200,
      headers: { 'cache-control': 'public, max-age=300' },
      body: {
        resource: resource.identifier, // §3.3
        authorization_servers: [ctx.issuer],
        resource_name: resource.name,
        bearer_methods_supported: ['header'],
        ...(scopes.length > 0 && { scopes_supported: scopes }),
        ...(detailTypes.length > 0 && { authorization_details_types_supported: detailTypes }),
      },
    }
  },
}

export function protectedResourceMetadata(): Feature {
  return { id: 'protectedResourceMetadata', spec: 'RFC 9728', requires: ['resourceIndicators'], endpoints: [endpoint] }
}
