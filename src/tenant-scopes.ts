/** The scopes of a tenant: those of the server, of its credentials and of its attributes. */
import { type Attribute, claimOf, scopesOfAttributes } from './identity/attributes.ts'
import type { Server } from './protocol/feature.ts'
import type { TenantSettings } from './protocol/tenant-rules.ts'
import { tenantSettings } from './protocol/tenant-settings.ts'
import type { TenantRow } from './store/types.ts'

type Offered = Pick<Server, 'features' | 'scopes'>

/** Of each server without the scopes that mean nothing where no shared signals are transmitted, since many tenants share them. */
const unsignalled = new WeakMap<Server, Offered>()

function withoutSignals(server: Server): Offered {
  const known = unsignalled.get(server)
  if (known) return known
  const { features, scopes } = server
  const offered = { features, scopes: own(Object.fromEntries(Object.entries(scopes).filter(([scope]) => !scope.startsWith('ssf.')))) }
  unsignalled.set(server, offered)
  return offered
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
  const further = { ...others, ...scopesOfAttributes(told) }
  return {
    scopes: Object.keys(further).length === 0 ? scopes : own(further, scopes),
    attributes: told.map((attribute) => ({ name: attribute.name, scope: attribute.scope as string, claim: claimOf(attribute) })),
  }
}

/** Without a prototype, so that only own names are found. */
function own(...scopes: TenantSettings['scopes'][]): TenantSettings['scopes'] {
  return Object.assign(Object.create(null), ...scopes)
}
