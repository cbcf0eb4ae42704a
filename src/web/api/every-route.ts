/** All routes of the JSON APIs. The listener serves them, and the OpenAPI document and the permissions test are computed from them. */
import { autoAuthn, type CompatDeps } from '../compat/auto-authn.ts'
import { picoAuth } from '../compat/pico-auth.ts'
import { assignmentRoutes } from './admin/assignments.ts'
import { attributeRoutes } from './admin/attributes.ts'
import { auditRoutes } from './admin/audit.ts'
import { clientSecretRoutes } from './admin/client-secrets.ts'
import { clientRoutes } from './admin/clients.ts'
import { connectionRoutes } from './admin/connections.ts'
import { credentialConfigurationRoutes } from './admin/credential-configurations.ts'
import { credentialRoutes } from './admin/credentials.ts'
import { factorRoutes } from './admin/factors.ts'
import { federationRoutes } from './admin/federation.ts'
import { grantRoutes } from './admin/grants.ts'
import { groupRoutes } from './admin/groups.ts'
import { initialAccessTokenRoutes } from './admin/initial-access-tokens.ts'
import { invitationRoutes } from './admin/invitations.ts'
import { keyRoutes } from './admin/keys.ts'
import { linkSendingRoutes } from './admin/links.ts'
import { resourceRoutes } from './admin/resources.ts'
import { roleRoutes } from './admin/roles.ts'
import { sessionRoutes } from './admin/sessions.ts'
import { streamRoutes } from './admin/streams.ts'
import { tenantRoutes } from './admin/tenants.ts'
import { trustedIssuerRoutes } from './admin/trusted-issuers.ts'
import { userRoutes } from './admin/users.ts'
import { vaultRoutes } from './admin/vault.ts'
import { webhookRoutes } from './admin/webhooks.ts'
import type { JsonRoute } from './json-route.ts'

const administration: readonly JsonRoute[] = [
  ...userRoutes,
  ...linkSendingRoutes,
  ...invitationRoutes,
  ...factorRoutes,
  ...roleRoutes,
  ...groupRoutes,
  ...attributeRoutes,
  ...clientRoutes,
  ...clientSecretRoutes,
  ...assignmentRoutes,
  ...initialAccessTokenRoutes,
  ...resourceRoutes,
  ...connectionRoutes,
  ...trustedIssuerRoutes,
  ...vaultRoutes,
  ...credentialConfigurationRoutes,
  ...credentialRoutes,
  ...sessionRoutes,
  ...grantRoutes,
  ...keyRoutes,
  ...federationRoutes,
  ...auditRoutes,
  ...webhookRoutes,
  ...streamRoutes,
]

export function everyRoute(compat: CompatDeps): readonly JsonRoute[] {
  return [...picoAuth, ...autoAuthn(compat), ...administration, ...tenantRoutes(compat.tenants, compat.tenant)]
}
