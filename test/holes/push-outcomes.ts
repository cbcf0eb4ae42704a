/** The expectations of the matrix for pushed tokens and device secrets. */
import { account, client, type Outcomes, untouched } from './outcome-groups.ts'

export const pushOutcomes: Readonly<Record<string, Outcomes>> = {
  'asking for approval by a hint of a trusted issuer': {
    works: `
      ${untouched}, client disabled and enabled, client deleted and registered again, redirect URI removed, resource removed,
      account suspended and resumed, password changed, sessions ended, grant revoked, signing key revoked`,
    invalid_client: 'client disabled, client deleted',
    invalid_scope: 'scope removed',
    unauthorized_client: 'grant types removed',
    unknown_user_id: 'account suspended, account deleted, assignment removed',
    not_found: 'tenant suspended',
  },
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
  'tokens to be pushed, of a request that a person has still to answer': {
    works: `${untouched}, redirect URI removed, resource removed, grant revoked, signing key revoked`,
    '400': `${client}, scope removed, grant types removed`,
    'signs in': `${account}, sessions ended`,
    'not assigned': 'assignment removed',
    '404': 'tenant suspended',
  },
  'tokens to be pushed, of a request that a person has allowed': {
    works: `${untouched}, redirect URI removed, resource removed, signing key revoked`,
    nothing: 'client disabled, client deleted',
    expired_token: 'client disabled and enabled, client deleted and registered again',
    'less: openid': 'scope removed',
    transaction_failed: `grant types removed, ${account}, sessions ended, grant revoked, assignment removed`,
    not_found: 'tenant suspended',
  },
}
