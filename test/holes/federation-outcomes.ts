/**
 * The expectations of the matrix for relying parties that a trust chain vouches for. One that is deleted registers again, with nothing of what
 * it held; one that is disabled, or that an operator registered, does not. What it registers for is as the chain says.
 */
import { account, type Outcomes, registration, untouched } from './outcome-groups.ts'

export const federationOutcomes: Readonly<Record<string, Outcomes>> = {
  'request object of an entity that nobody registered': {
    works: `${untouched}, client disabled and enabled, resource removed, signing key revoked`,
    '400': 'client disabled, redirect URI removed',
    consent_required: 'client deleted, client deleted and registered again, grant revoked',
    invalid_scope: 'scope removed',
    unauthorized_client: 'grant types removed',
    login_required: `${account}, sessions ended`,
    '404': 'tenant suspended',
    access_denied: 'assignment removed',
  },
  'pushing a request, as an entity that nobody registered': {
    works: `
      ${untouched}, client disabled and enabled, client deleted, client deleted and registered again, resource removed, ${account},
      sessions ended, grant revoked, signing key revoked, assignment removed`,
    invalid_client: 'client disabled',
    invalid_scope: 'scope removed',
    invalid_request: 'redirect URI removed',
    unauthorized_client: 'grant types removed',
    not_found: 'tenant suspended',
  },
  'authorization code of an entity that nobody registered': {
    works: `${untouched}, resource removed, signing key revoked`,
    invalid_client: 'client disabled',
    invalid_grant: `
      client disabled and enabled, client deleted, client deleted and registered again, redirect URI removed, ${account},
      sessions ended, grant revoked, assignment removed`,
    'less: openid': 'scope removed',
    unauthorized_client: 'grant types removed',
    not_found: 'tenant suspended',
  },
  'explicit registration of an entity': {
    works: `
      ${untouched}, client disabled and enabled, client deleted, ${registration}, resource removed, ${account}, sessions ended,
      grant revoked, signing key revoked, assignment removed`,
    invalid_client: 'client disabled, client deleted and registered again',
    not_found: 'tenant suspended',
  },
}
