/** All faults. */
import { authorizationFaults } from './authorization.ts'
import { clientAuthenticationFaults } from './client-authentication.ts'
import type { Fault } from './fault.ts'
import { grantFaults } from './grants.ts'
import { metadataFaults } from './metadata.ts'

export const faults: readonly Fault[] = [...metadataFaults, ...clientAuthenticationFaults, ...grantFaults, ...authorizationFaults]
