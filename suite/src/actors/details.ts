/** Authorization details, RFC 9396. */
import { NotApplicable } from '../expect.ts'
import type { Metadata } from '../metadata.ts'

/** The first advertised type, except for that of credentials, which has members of its own (OpenID for Verifiable Credential Issuance §5.1.1). */
export function detailType(metadata: Metadata): string {
  const type = metadata.list('authorization_details_types_supported')?.find((one) => one !== 'openid_credential')
  if (type === undefined) throw new NotApplicable('the server has authorization details for credentials only')
  return type
}
