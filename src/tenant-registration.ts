/** How clients may register themselves with a tenant: what the deployment offers, within what the tenant allows — RFC 7591. */
import type { Config } from './config/schema.ts'
import type { RegistrationRule } from './protocol/tenant-rules.ts'
import { tenantSettings } from './protocol/tenant-settings.ts'
import type { TenantRow } from './store/types.ts'

export function registrationRuleOf({ registration }: Config, { settings }: TenantRow): RegistrationRule {
  const { open_registration, software_statement_issuers: statementIssuers, software_statements } = tenantSettings(settings)
  return {
    open: registration.open && open_registration,
    ...{ statementIssuers, statementRequired: software_statements === 'required' },
    scope: registration.scope.split(' '),
    redirects: registration.redirects,
    unusedFor: registration.unused_days * 86_400,
  }
}
