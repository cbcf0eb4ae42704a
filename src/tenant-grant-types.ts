/** Grant types that a tenant does not offer although the deployment does. */
import { preAuthorizedGrant } from './protocol/credential-offer.ts'
import type { TenantSettings } from './protocol/tenant-rules.ts'
import type { TenantOwnSettings } from './protocol/tenant-settings.ts'

export function withoutGrantTypes(
  { password_grant: password, front_channel_tokens: implicit }: TenantOwnSettings,
  { credentials }: Pick<TenantSettings, 'credentials'>,
): string[] {
  return [...(password ? [] : ['password']), ...(implicit ? [] : ['implicit']), ...(credentials.length > 0 ? [] : [preAuthorizedGrant])]
}
