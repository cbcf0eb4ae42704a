/** The expectations of the matrix for credentials: an offer is its holder's, a credential is its person's, and what a wallet holds ends as everywhere. */
import { account, atAuthorization, client, jwt, type Outcomes, registration, untouched } from './outcome-groups.ts'

export const credentialOutcomes: Readonly<Record<string, Outcomes>> = {
  'session, with an offer to whoever signs in': atAuthorization,
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
  'credential offer by reference': {
    works: `
      ${untouched}, ${client}, ${registration}, resource removed, sessions ended, grant revoked, signing key revoked, assignment removed`,
    not_found: `${account}, tenant suspended`,
  },
  'access token of a wallet, at the credential endpoint': jwt,
  'access token of a sign-in, at the credential endpoint': jwt,
  'request for a credential that an administrator approved': jwt,
  'notification of a wallet': jwt,
  'issued credential, in its status list': {
    works: `
      ${untouched}, ${client}, ${registration}, resource removed, account suspended and resumed, password changed, sessions ended,
      grant revoked, signing key revoked, assignment removed`,
    suspended: 'account suspended',
    revoked: 'account deleted',
    '404': 'tenant suspended',
  },
}
