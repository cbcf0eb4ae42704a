/** The scopes of a tenant: those of the server, of its credentials and of its attributes. */
import { type Attribute, claimOf, scopesOfAttributes } from './identity/attributes.ts'
import type { Server } from './protocol/feature.ts'
import type { TenantSettings } from './protocol/tenant-rules.ts'
import { tenantSettings } from './protocol/tenant-settings.ts'
import type { TenantRow } from './store/types.ts'

/** Scopes that mean nothing where no shared signals are transmitted are not offered. */
function withoutSignals({ features, scopes }: Server): Pick<Server, 'features' | 'scopes'> {
  return { features, scopes: Object.fromEntries(Object.entries(scopes).filter(([scope]) => !scope.startsWith('ssf.'))) }
}

/** The attributes that applications can request. Scopes of the server keep their meaning. */
export function releasedAttributes(
  server: Server,
  { settings }: TenantRow,
  schema: readonly Attribute[],
  others: TenantSettings['scopes'],
): Pick<TenantSettings, 'scopes' | 'attributes'> {
  const { features, scopes } = tenantSettings(settings).shared_signals ? server : withoutSignals(server)
  const told = features.some(({ id }) => id === 'attributes') ? schema.filter(({ scope }) => scope !== undefined) : []
  return {
    scopes: Object.assign(Object.create(null), others, scopesOfAttributes(told), scopes), // no prototype, so that only own names are found
    attributes: told.map((attribute) => ({ name: attribute.name, scope: attribute.scope as string, claim: claimOf(attribute) })),
  }
}
