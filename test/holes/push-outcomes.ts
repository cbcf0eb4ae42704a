/** The expectations of the matrix for pushed tokens and device secrets. */
import { account, approvalToGive, askingForApproval, type Outcomes, untouched } from './outcome-groups.ts'

export const pushOutcomes: Readonly<Record<string, Outcomes>> = {
  'asking for approval by a hint of a trusted issuer': askingForApproval,
  'device secret, exchanged by another application': {
    works: `${untouched}, redirect URI removed, resource removed`,
    invalid_client: 'client disabled, client deleted',
    invalid_grant: `
      client disabled and enabled, client deleted and registered again, ${account}, sessions ended, grant revoked, signing key revoked,
      assignment removed`,
    invalid_scope: 'scope removed',
    unauthorized_client: 'grant types removed',
    not_found: 'tenant suspended',
  },
  'device secret, kept with a refresh token': {
    works: `${untouched}, redirect URI removed, resource removed, signing key revoked`,
    'no secret': 'sessions ended',
    invalid_client: 'client disabled, client deleted',
    invalid_grant: `client disabled and enabled, client deleted and registered again, ${account}, grant revoked, assignment removed`,
    'less: openid': 'scope removed',
    unauthorized_client: 'grant types removed',
    not_found: 'tenant suspended',
  },
  'tokens to be pushed, of a request that a person has still to answer': approvalToGive,
  'tokens to be pushed, of a request that a person has allowed': {
    works: `${untouched}, redirect URI removed, resource removed, signing key revoked`,
    nothing: 'client disabled, client deleted',
    expired_token: 'client disabled and enabled, client deleted and registered again',
    'less: openid': 'scope removed',
    transaction_failed: `grant types removed, ${account}, sessions ended, grant revoked, assignment removed`,
    not_found: 'tenant suspended',
  },
}
