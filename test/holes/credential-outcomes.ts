/** The expectations of the matrix for credentials: an offer is its holder's, and what a wallet was issued ends as everywhere. */
import { account, client, type Outcomes, registration, untouched } from './outcome-groups.ts'

export const credentialOutcomes: Readonly<Record<string, Outcomes>> = {
  'pre-authorized code': {
    works: `
      ${untouched}, client disabled and enabled, client deleted and registered again, redirect URI removed, resource removed,
      sessions ended, grant revoked, signing key revoked`,
    invalid_client: 'client disabled, client deleted',
    invalid_grant: `${account}, assignment removed`,
    invalid_scope: 'scope removed',
    unauthorized_client: 'grant types removed',
    not_found: 'tenant suspended',
  },
  'access token of a wallet, at the credential endpoint': {
    works: `${untouched}, ${registration}, resource removed, sessions ended`,
    invalid_token: `${client}, ${account}, grant revoked, signing key revoked, assignment removed`,
    not_found: 'tenant suspended',
  },
}
