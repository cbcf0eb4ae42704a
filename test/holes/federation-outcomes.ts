/**
 * The expectations of the matrix for relying parties that a trust chain vouches for. One that is deleted registers again, with nothing of what
 * it held; one that is disabled, or that an operator registered, does not. What it registers for is as the chain says.
 */
import { account, describedAtAuthorization, describedCode, type Outcomes, registration, untouched } from './outcome-groups.ts'

export const federationOutcomes: Readonly<Record<string, Outcomes>> = {
  'request object of an entity that nobody registered': describedAtAuthorization,
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
  'authorization code of an entity that nobody registered': describedCode,
  'explicit registration of an entity': {
    works: `
      ${untouched}, client disabled and enabled, client deleted, ${registration}, resource removed, ${account}, sessions ended,
      grant revoked, signing key revoked, assignment removed`,
    invalid_client: 'client disabled, client deleted and registered again',
    not_found: 'tenant suspended',
  },
}
