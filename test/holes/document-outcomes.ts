/**
 * The expectations of the matrix for a client of a document. One that was deleted is described anew by its document, and begins with nothing. What
 * an operator changed counts until the document is read again.
 */
import { account, describedAtAuthorization, describedCode, jwt, type Outcomes, pushedRequest, untouched } from './outcome-groups.ts'

export const documentOutcomes: Readonly<Record<string, Outcomes>> = {
  'client of a document, with the session': describedAtAuthorization,
  'client of a document, with a code': describedCode,
  'client of a document, with a refresh token': {
    works: `${untouched}, redirect URI removed, resource removed, sessions ended, signing key revoked`,
    invalid_client: 'client disabled',
    invalid_grant: `
      client disabled and enabled, client deleted, client deleted and registered again, ${account}, grant revoked, assignment removed`,
    'less: openid': 'scope removed',
    unauthorized_client: 'grant types removed',
    not_found: 'tenant suspended',
  },
  'client of a document, with a pushed request': pushedRequest,
  'token of a client of a document at UserInfo': jwt,
}
