/** The expectations of the matrix for what is tied to a key, for exchanged tokens, and for stored tokens of other providers. */
import { account, client, connection, nothing, type Outcomes, refreshToken, registration, untouched } from './outcome-groups.ts'

const renewed = 'client disabled and enabled, client deleted and registered again'

export const requestObjectOutcomes: Readonly<Record<string, Outcomes>> = {
  'signed request object': {
    works: `${untouched}, client disabled and enabled, scope removed, resource removed, signing key revoked`,
    '400': 'client disabled, client deleted, redirect URI removed',
    consent_required: 'client deleted and registered again, grant revoked',
    access_denied: 'assignment removed',
    unauthorized_client: 'grant types removed',
    login_required: `${account}, sessions ended`,
    '404': 'tenant suspended',
  },
}

export const keyOutcomes: Readonly<Record<string, Outcomes>> = {
  'refresh token, bound to a certificate': refreshToken,
  'certificate-bound token at UserInfo': {
    works: `${untouched}, ${registration}, resource removed, sessions ended`,
    invalid_token: `${client}, ${account}, grant revoked, signing key revoked, assignment removed`,
    not_found: 'tenant suspended',
  },
  'exchange of a token': {
    works: `${untouched}, redirect URI removed, sessions ended`,
    invalid_client: 'client disabled, client deleted',
    invalid_request: `${renewed}, resource removed, ${account}, grant revoked, signing key revoked, assignment removed`,
    invalid_scope: 'scope removed',
    unauthorized_client: 'grant types removed',
    not_found: 'tenant suspended',
  },
  'exchanged token at introspection': {
    works: `${untouched}, ${registration}, sessions ended`,
    inactive: `${client}, resource removed, ${account}, grant revoked, signing key revoked, assignment removed`,
    not_found: 'tenant suspended',
  },
  'stored token of another provider': {
    works: `
      ${nothing}, address changed, second factor set up, scope removed, redirect URI removed, resource removed, sessions ended`,
    invalid_target: connection,
    invalid_client: 'client disabled, client deleted',
    invalid_request: `${renewed}, ${account}, grant revoked, signing key revoked, assignment removed`,
    unauthorized_client: 'grant types removed',
    not_found: 'tenant suspended',
  },
}
