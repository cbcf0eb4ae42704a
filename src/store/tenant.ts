/** The store of one tenant. The tenant is set here, once: no method has a parameter that could name another. */

import type { ConnectionStore, UpstreamRequestStore } from '../connections/store.ts'
import type { KeyStore } from '../crypto/types.ts'
import type { IdentityStore } from '../identity/store.ts'
import type { UpstreamIdentityStore } from '../identity/upstream-identities.ts'
import type { WebhookStore } from '../identity/webhooks.ts'
import type { Store } from '../protocol/ports.ts'
import type { AssignmentStore, ClientStore, GrantStore, InitialAccessTokenStore, ResourceStore } from '../protocol/registry.ts'
import type { TrustedIssuerStore } from '../protocol/trusted-issuer.ts'
import type { VaultStore } from '../vault/store.ts'
import { access } from './access.ts'
import { accessTokens } from './access-tokens.ts'
import { accounts } from './accounts.ts'
import { apiKeys } from './api-keys.ts'
import { assignments } from './assignments.ts'
import { attempts } from './attempts.ts'
import { attributes } from './attributes.ts'
import { audit } from './audit.ts'
import { backchannelRequests } from './backchannel-requests.ts'
import { clients } from './clients.ts'
import { codes } from './codes.ts'
import { configuration } from './configuration.ts'
import { connections } from './connections.ts'
import { credentialConfigurations } from './credential-configurations.ts'
import { credentialOffers } from './credential-offers.ts'
import { declarations } from './declarations.ts'
import { deferredCredentials } from './deferred-credentials.ts'
import { deviceCodes } from './device-codes.ts'
import { deviceSecrets } from './device-secrets.ts'
import { eventStreams, listStreams } from './event-streams.ts'
import { factors } from './factors.ts'
import { federation } from './federation.ts'
import type { FederationKeyStore } from './federation-keys.ts'
import { flows } from './flows.ts'
import { grants } from './grants.ts'
import { groups } from './groups.ts'
import { issue } from './issue.ts'
import { issuedCredentials } from './issued-credentials.ts'
import { links } from './links.ts'
import { machines } from './machines.ts'
import { outbox } from './outbox.ts'
import { passkeys } from './passkeys.ts'
import { pushedRequests } from './pushed-requests.ts'
import { refreshTokens } from './refresh-tokens.ts'
import { registrations } from './registrations.ts'
import { resources } from './resources.ts'
import { revocations } from './revocations.ts'
import { sessions } from './sessions.ts'
import { signIns } from './sign-ins.ts'
import { signUps } from './sign-ups.ts'
import { signingKeys } from './signing-keys.ts'
import type { Db } from './sql.ts'
import { trustedIssuers } from './trusted-issuers.ts'
import type { ApiKeyStore, DeclarationStore, MachineStore } from './types.ts'
import { upstreamIdentities } from './upstream-identities.ts'
import { upstreamRequests } from './upstream-requests.ts'
import { usedOnce } from './used-once.ts'
import { vault } from './vault.ts'
import { listWebhooks, webhooks } from './webhooks.ts'

/** `now`: the clock, in seconds. Reuse what it returns: it remembers what is configured. */
export function tenantStore(
  database: Db,
  tenant: string,
  now: () => number,
): Store &
  IdentityStore &
  KeyStore &
  ClientStore &
  AssignmentStore &
  InitialAccessTokenStore &
  GrantStore &
  ResourceStore &
  TrustedIssuerStore &
  DeclarationStore &
  MachineStore &
  ApiKeyStore &
  ConnectionStore &
  UpstreamRequestStore &
  UpstreamIdentityStore &
  FederationKeyStore &
  WebhookStore &
  VaultStore {
  const { db, remembering } = configuration(database, tenant)
  const toldOfEvents = remembering(async () => ({ webhooks: await listWebhooks(db, tenant), streams: await listStreams(db, tenant) }))
  const registered = clients(db, tenant, { now, remembering })
  return {
    ...registered,
    ...registrations(db, tenant, registered.clientsAdmin),
    ...resources(db, tenant, { now, remembering }),
    ...trustedIssuers(db, tenant, { remembering }),
    ...declarations(db, tenant),
    ...connections(db, tenant, { now, remembering }),
    ...credentialConfigurations(db, tenant, { remembering }),
    ...credentialOffers(db, tenant),
    ...issuedCredentials(db, tenant),
    ...deferredCredentials(db, tenant),
    ...upstreamRequests(db, tenant),
    ...upstreamIdentities(db, tenant),
    ...vault(db, tenant),
    ...grants(db, tenant),
    ...flows(db, tenant),
    ...codes(db, tenant),
    ...signIns(db, tenant),
    ...pushedRequests(db, tenant),
    ...deviceCodes(db, tenant),
    ...deviceSecrets(db, tenant),
    ...backchannelRequests(db, tenant),
    ...usedOnce(db, tenant),
    ...refreshTokens(db, tenant),
    ...accessTokens(db, tenant),
    ...issue(db, tenant),
    ...revocations(db, tenant, now),
    ...accounts(db, tenant),
    ...access(db, tenant),
    ...sessions(db, tenant, now),
    ...attempts(db, tenant),
    ...factors(db, tenant, now),
    ...passkeys(db, tenant),
    ...links(db, tenant),
    ...outbox(db, tenant),
    ...webhooks(db, tenant),
    ...eventStreams(db, tenant),
    ...audit(db, tenant, () => toldOfEvents('')),
    ...groups(db, tenant),
    ...assignments(db, tenant),
    ...signUps(db, tenant),
    ...attributes(db, tenant),
    ...signingKeys(db, tenant, remembering),
    ...machines(db, tenant),
    ...apiKeys(db, tenant),
    ...federation(db, tenant, { now, remembering, ...registered }),
  }
}
