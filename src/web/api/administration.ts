/** The administration API as a protected resource (RFC 8707). It is computed from the configuration and not stored. */
import { everyRight, type Right, rights } from '../../identity/roles.ts'
import { once } from '../../protocol/once.ts'
import type { Store } from '../../protocol/ports.ts'
import { type Resource, resourceSchema } from '../../protocol/resource.ts'
import { normalised } from '../../protocol/resource-identifier.ts'

/** Below the issuer. */
export const administrationPath = '/api/v1/admin'

/** Prefixed, because one of the operator's APIs may declare `users:read` too. */
export function scopeOf(right: Right): string {
  return `admin:${right}`
}

/** The `aud` of its tokens. */
export function administrationIdentifier(issuer: string): string {
  return issuer + administrationPath
}

/** The rights among these scopes. */
export function rightsAmong(scope: readonly string[]): readonly Right[] {
  return everyRight.filter((right) => scope.includes(scopeOf(right)))
}

const atEveryIssuer = once(() => {
  const scopes = Object.fromEntries(everyRight.map((right) => [scopeOf(right), rights[right].words]))
  return resourceSchema.parse({ identifier: 'urn:administration', name: 'Administration', scopes }) // each issuer has another identifier
})

function resourceOf(issuer: string): Resource {
  return { ...atEveryIssuer(), identifier: administrationIdentifier(issuer), secretHashes: [], tokensFrom: 0 }
}

/** The resources of a tenant with the administration API among them, which takes precedence over a stored one. */
export function withAdministration(resources: Store['resources'], issuer: string): Store['resources'] {
  const administration = resourceOf(issuer)
  const { find, named, meanings, detailTypes, sharedScopes } = resources
  const own = normalised(administration.identifier)
  const isIt = (name: string) => normalised(name) === own
  return {
    find: async (identifier) => (isIt(identifier) ? administration : find(identifier)),
    named: async (name) => (isIt(name) ? administration : named(name)),
    meanings: async () => ({ ...(await meanings()), ...administration.scopes }),
    detailTypes,
    sharedScopes, // no other API can declare these scopes
  }
}
