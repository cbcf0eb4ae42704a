/** Whether a tenant is a credential issuer — OpenID for Verifiable Credential Issuance 1.0 §12.2. */

import type { CredentialKey } from './credentials.ts'
import { refuse } from './errors.ts'
import type { Ctx } from './feature.ts'

/** The key of a tenant that has something to issue. */
export function issuerKey({ tenant, keys }: Ctx): CredentialKey {
  const key = tenant.credentials.length > 0 ? keys.credentials : undefined
  return key ?? refuse('not_found', 'this tenant issues no credentials')
}
