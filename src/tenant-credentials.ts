/** The credentials that a tenant can issue, and what follows from them for its scopes and authorization details. */
import { credentialDetailTypes, credentialScopes } from './protocol/credential-authorization.ts'
import type { CredentialConfiguration } from './protocol/credential-configuration.ts'
import type { CredentialKey } from './protocol/credentials.ts'
import type { Server } from './protocol/feature.ts'
import type { TenantSettings } from './protocol/tenant-rules.ts'

/** Of the configurations those that are offered, with what they add to the tenant's scopes and types of authorization details. */
export function offeredCredentials(
  { server, key, issuer, name }: { server: Server; key: CredentialKey | undefined; issuer: string; name: string },
  configurations: readonly CredentialConfiguration[],
): Pick<TenantSettings, 'credentials' | 'scopes' | 'detailTypes'> {
  const isOn = key !== undefined && server.features.some(({ id }) => id === 'credentialIssuance')
  const credentials = isOn ? configurations.filter((one) => one.enabled && isSignable(one, key)) : []
  return { credentials, scopes: credentialScopes(credentials), detailTypes: credentialDetailTypes({ issuer, name }, credentials) }
}

/** A mobile document carries the certificates of its issuer. ISO/IEC 18013-5 §9.1.2.4 */
function isSignable({ format }: CredentialConfiguration, { x5c }: CredentialKey): boolean {
  return format === 'dc+sd-jwt' || x5c.length > 0
}
