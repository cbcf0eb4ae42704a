/** The expectations of the matrix for grants that need no browser. */
import { account, approvalToGive, askingForApproval, type Outcomes, untouched } from './outcome-groups.ts'

export const grantOutcomes: Readonly<Record<string, Outcomes>> = {
  'assertion of a trusted issuer': {
    works: `
      ${untouched}, client disabled and enabled, client deleted and registered again, redirect URI removed, resource removed,
      account suspended and resumed, password changed, sessions ended, grant revoked, signing key revoked`,
    invalid_client: 'client disabled, client deleted',
    invalid_scope: 'scope removed',
    unauthorized_client: 'grant types removed',
    invalid_grant: 'account suspended, account deleted, assignment removed',
    not_found: 'tenant suspended',
  },
  'ID token exchanged for an identity assertion': {
    works: `${untouched}, scope removed, redirect URI removed, resource removed, sessions ended`,
    invalid_client: 'client disabled, client deleted',
    invalid_request: 'client disabled and enabled, client deleted and registered again, signing key revoked',
    unauthorized_client: 'grant types removed',
    invalid_grant: `${account}, grant revoked, assignment removed`,
    not_found: 'tenant suspended',
  },
  'asking for approval': askingForApproval,
  'request for approval that a person has still to answer': approvalToGive,
  'request for approval that a person has allowed': {
    works: `${untouched}, redirect URI removed, resource removed, signing key revoked`,
    invalid_client: 'client disabled, client deleted',
    expired_token: 'client disabled and enabled, client deleted and registered again',
    'less: openid': 'scope removed',
    unauthorized_client: 'grant types removed',
    invalid_grant: 'assignment removed',
    transaction_failed: `${account}, sessions ended, grant revoked`,
    not_found: 'tenant suspended',
  },
}
