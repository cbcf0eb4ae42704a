/** The expectations of the matrix for credentials: an offer is its holder's, a credential is its person's, and what a wallet holds ends as everywhere. */
import { account, client, type Outcomes, registration, untouched } from './outcome-groups.ts'

const tokenOfWallet: Outcomes = {
  works: `${untouched}, ${registration}, resource removed, sessions ended`,
  invalid_token: `${client}, ${account}, grant revoked, signing key revoked, assignment removed`,
  not_found: 'tenant suspended',
}

export const credentialOutcomes: Readonly<Record<string, Outcomes>> = {
  'session, with an offer to whoever signs in': {
    works: `${untouched}, client disabled and enabled, resource removed, signing key revoked`,
    '400': 'client disabled, client deleted, redirect URI removed',
    consent_required: 'client deleted and registered again, grant revoked',
    invalid_scope: 'scope removed',
    unauthorized_client: 'grant types removed',
    login_required: `${account}, sessions ended`,
    '404': 'tenant suspended',
    access_denied: 'assignment removed',
  },
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
  'access token of a wallet, at the credential endpoint': tokenOfWallet,
  'access token of a sign-in, at the credential endpoint': tokenOfWallet,
  'request for a credential that an administrator approved': tokenOfWallet,
  'notification of a wallet': tokenOfWallet,
  'issued credential, in its status list': {
    works: `
      ${untouched}, ${client}, ${registration}, resource removed, account suspended and resumed, password changed, sessions ended,
      grant revoked, signing key revoked, assignment removed`,
    suspended: 'account suspended',
    revoked: 'account deleted',
    '404': 'tenant suspended',
  },
}
