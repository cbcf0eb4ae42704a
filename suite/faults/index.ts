/** All faults. */
import { authorizationFaults } from './authorization.ts'
import { clientAuthenticationFaults } from './client-authentication.ts'
import { deviceAndClientFaults } from './devices-and-clients.ts'
import type { Fault } from './fault.ts'
import { grantFaults } from './grants.ts'
import { keyFaults } from './keys.ts'
import { metadataFaults } from './metadata.ts'
import { openidFaults } from './openid.ts'
import { requestFaults } from './requests.ts'
import { resourceFaults } from './resources.ts'
import { tokenUseFaults } from './tokens-in-use.ts'

export const faults: readonly Fault[] = [
  ...metadataFaults,
  ...clientAuthenticationFaults,
  ...grantFaults,
  ...authorizationFaults,
  ...openidFaults,
  ...tokenUseFaults,
  ...resourceFaults,
  ...requestFaults,
  ...keyFaults,
  ...deviceAndClientFaults,
]
