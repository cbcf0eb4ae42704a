/** All faults, by the server that they are put into. */

import { agentFaults } from './agents.ts'
import { apiFaults } from './api.ts'
import { authorizationFaults } from './authorization.ts'
import { backchannelFaults } from './backchannel.ts'
import { certificateFaults } from './certificates.ts'
import { clientAuthenticationFaults } from './client-authentication.ts'
import { clientMetadataFaults } from './client-metadata.ts'
import { credentialFaults } from './credentials.ts'
import { deviceAndClientFaults } from './devices-and-clients.ts'
import { documentFaults } from './documents.ts'
import { endingFaults } from './endings.ts'
import type { Fault } from './fault.ts'
import { federationFaults } from './federations.ts'
import { grantFaults } from './grants.ts'
import { keyFaults } from './keys.ts'
import { logoutFaults } from './logout.ts'
import { metadataFaults } from './metadata.ts'
import { openidFaults } from './openid.ts'
import { programFaults } from './programs.ts'
import { nonceFaults, referenceFaults } from './references.ts'
import { registrationFaults } from './registration.ts'
import { requestFaults } from './requests.ts'
import { resourceFaults } from './resources.ts'
import { superiorFaults } from './superiors.ts'
import { browserFaults } from './through-the-browser.ts'
import { tokenExchangeFaults } from './token-exchange.ts'
import { tokenUseFaults } from './tokens-in-use.ts'
import { pageFaults, valueFaults } from './values.ts'

/** Of oidc-provider. */
export const faults: readonly Fault[] = [
  ...metadataFaults,
  ...clientAuthenticationFaults,
  ...grantFaults,
  ...authorizationFaults,
  ...openidFaults,
  ...tokenUseFaults,
  ...resourceFaults,
  ...requestFaults,
  ...nonceFaults,
  ...keyFaults,
  ...deviceAndClientFaults,
  ...valueFaults,
]

/** Of Gatehouse: of what oidc-provider does not have. */
export const gatehouseFaults: readonly Fault[] = [
  ...tokenExchangeFaults,
  ...apiFaults,
  ...logoutFaults,
  ...documentFaults,
  ...certificateFaults,
  ...referenceFaults,
  ...clientMetadataFaults,
  ...browserFaults,
  ...programFaults,
  ...backchannelFaults,
  ...agentFaults,
  ...registrationFaults,
  ...endingFaults,
  ...federationFaults,
  ...superiorFaults,
  ...credentialFaults,
  ...pageFaults,
]
