/**
 * The expectations of the matrix for a client of a document. One that was deleted is described anew by its document, and begins with nothing. What
 * an operator changed counts until the document is read again.
 */
import { account, client, type Outcomes, registration, untouched } from './outcome-groups.ts'

export const documentOutcomes: Readonly<Record<string, Outcomes>> = {
  'client of a document, with the session': {
    works: `${untouched}, client disabled and enabled, resource removed, signing key revoked`,
    '400': 'client disabled, redirect URI removed',
    consent_required: 'client deleted, client deleted and registered again, grant revoked',
    invalid_scope: 'scope removed',
    unauthorized_client: 'grant types removed',
    login_required: `${account}, sessions ended`,
    '404': 'tenant suspended',
    access_denied: 'assignment removed',
  },
  'client of a document, with a code': {
    works: `${untouched}, resource removed, signing key revoked`,
    invalid_client: 'client disabled',
    invalid_grant: `
      client disabled and enabled, client deleted, client deleted and registered again, redirect URI removed, ${account}, sessions ended,
      grant revoked, assignment removed`,
    'less: openid': 'scope removed',
    unauthorized_client: 'grant types removed',
    not_found: 'tenant suspended',
  },
  'client of a document, with a refresh token': {
    works: `${untouched}, redirect URI removed, resource removed, sessions ended, signing key revoked`,
    invalid_client: 'client disabled',
    invalid_grant: `
      client disabled and enabled, client deleted, client deleted and registered again, ${account}, grant revoked, assignment removed`,
    'less: openid': 'scope removed',
    unauthorized_client: 'grant types removed',
    not_found: 'tenant suspended',
  },
  'client of a document, with a pushed request': {
    works: `${untouched}, scope removed, resource removed, signing key revoked`,
    '400': `${client}, redirect URI removed`,
    unauthorized_client: 'grant types removed',
    'signs in': `${account}, sessions ended`,
    consents: 'grant revoked',
    '404': 'tenant suspended',
    'not assigned': 'assignment removed',
  },
  'token of a client of a document at UserInfo': {
    works: `${untouched}, ${registration}, resource removed, sessions ended`,
    invalid_token: `${client}, ${account}, grant revoked, signing key revoked, assignment removed`,
    not_found: 'tenant suspended',
  },
}
