/** The settings that the rules of a tenant go by: its own, and what the server and its attributes and credentials add. */
import type { Config } from './config/schema.ts'
import { type Attribute, signUpAttributes } from './identity/attributes.ts'
import type { SignUpRule } from './identity/sign-up.ts'
import type { Server } from './protocol/feature.ts'
import type { TenantSettings } from './protocol/tenant-rules.ts'
import { tenantSettings } from './protocol/tenant-settings.ts'
import type { TenantRow } from './store/types.ts'
import type { offeredCredentials } from './tenant-credentials.ts'
import { withoutGrantTypes } from './tenant-grant-types.ts'
import { registrationRuleOf } from './tenant-registration.ts'
import { releasedAttributes } from './tenant-scopes.ts'
import { lifetimesOf, secondFactorOf } from './tenant-sign-in.ts'
import { stateCookie } from './web/http/cookies.ts'

export function settingsOf(
  { config, server }: { config: Config; server: Server },
  row: TenantRow,
  own: Pick<TenantSettings, 'detailTypes'> & {
    schema: readonly Attribute[]
    signUpAddress: SignUpRule['address'] | undefined
    offered: ReturnType<typeof offeredCredentials>
  },
): TenantSettings {
  const { schema, signUpAddress, detailTypes, offered } = own
  const settings = tenantSettings(row.settings)
  const seconds = lifetimesOf(config, row)
  return {
    name: row.name,
    logoUri: settings.logo_uri,
    stateCookie: stateCookie(row.slug),
    lifetimes: {
      sessionIdle: seconds.session_idle,
      flow: seconds.flow,
      code: seconds.code,
      accessToken: seconds.access_token,
      idToken: seconds.id_token,
      refreshToken: seconds.refresh_token,
      refreshGrace: seconds.refresh_grace,
    },
    signUp: signUpAddress !== undefined && signUpAttributes(schema).closedBy.length === 0,
    detailTypes: [...offered.detailTypes, ...detailTypes],
    credentials: offered.credentials,
    credentialsPerPerson: settings.credentials_per_person,
    unansweredRequests: config.limits.unanswered_requests,
    attesters: settings.client_attesters,
    requestUri: settings.request_uri,
    sharedSignals: settings.shared_signals,
    clientIdHosts: hasFeature(server, 'clientIdMetadataDocuments') ? settings.client_id_hosts : [],
    withoutGrantTypes: withoutGrantTypes(settings, offered),
    secondFactor: secondFactorOf(config, row),
    registration: registrationRuleOf(config, row),
    ...releasedAttributes(server, row, schema, offered.scopes),
  }
}

export const hasFeature = ({ features }: Server, name: string) => features.some(({ id }) => id === name)
