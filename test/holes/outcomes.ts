/** The expectations of the matrix of changes and paths. */
import { credentialOutcomes } from './credential-outcomes.ts'
import { documentOutcomes } from './document-outcomes.ts'
import { federationOutcomes } from './federation-outcomes.ts'
import { grantOutcomes } from './grant-outcomes.ts'
import { keyOutcomes, requestObjectOutcomes } from './key-outcomes.ts'
import { linkOutcomes } from './link-outcomes.ts'
import {
  account,
  atAuthorization,
  client,
  clientAlone,
  connection,
  jwt,
  nothing,
  type Outcomes,
  pushedRequest,
  refreshToken,
  registration,
  untouched,
} from './outcome-groups.ts'
import { pushOutcomes } from './push-outcomes.ts'
import { upstreamOutcomes } from './upstream-outcomes.ts'

/**
 * For each path, its outcomes, and the changes after which it has each. An outcome is `works`, an OAuth error, a status, or where a browser
 * comes to rest.
 *
 * The rules behind it: what was issued to a client, for an API or in a session ends with it and does not come back; what a person or an
 * operator holds of their own (a password, a client secret, an API key) works again when its owner does. A suspended tenant is not there,
 * and is as it was when it is resumed. Issued access tokens keep their scope until they expire; nothing new has a removed one.
 */
export const outcomes: Readonly<Record<string, Outcomes>> = {
  'session, at the authorization endpoint': atAuthorization,
  'session, for an API': {
    works: `${untouched}, client disabled and enabled, signing key revoked`,
    '400': 'client disabled, client deleted, redirect URI removed',
    consent_required: 'client deleted and registered again, grant revoked',
    invalid_scope: 'scope removed',
    unauthorized_client: 'grant types removed',
    invalid_target: 'resource removed',
    login_required: `${account}, sessions ended`,
    '404': 'tenant suspended',
    access_denied: 'assignment removed',
  },
  'session, for tokens in the response': atAuthorization,
  'sign-in page': {
    works: `${nothing}, ${connection}, address changed, resource removed, sessions ended, signing key revoked`,
    'second factor': 'second factor set up',
    '400': `${client}, redirect URI removed`,
    invalid_scope: 'scope removed',
    unauthorized_client: 'grant types removed',
    'signs in': 'account suspended, account deleted, password changed',
    consents: 'account suspended and resumed, grant revoked',
    '404': 'tenant suspended',
    'not assigned': 'assignment removed',
  },
  'consent page': {
    works: `${untouched}, resource removed, grant revoked, signing key revoked`,
    '400': `${client}, redirect URI removed`,
    invalid_scope: 'scope removed',
    unauthorized_client: 'grant types removed',
    '403': `${account}, sessions ended`,
    '404': 'tenant suspended',
    'not assigned': 'assignment removed',
  },
  'ID token as a hint': {
    works: `${untouched}, client disabled and enabled, resource removed`,
    '400': 'client disabled, client deleted, redirect URI removed',
    consent_required: 'client deleted and registered again, grant revoked',
    invalid_scope: 'scope removed',
    unauthorized_client: 'grant types removed',
    login_required: `${account}, sessions ended`,
    invalid_request: 'signing key revoked',
    '404': 'tenant suspended',
    access_denied: 'assignment removed',
  },
  'pushed request': pushedRequest,
  'pushing a request': {
    works: `
      ${untouched}, client disabled and enabled, client deleted and registered again, scope removed, resource removed, ${account},
      sessions ended, grant revoked, signing key revoked, assignment removed`,
    invalid_client: 'client disabled, client deleted',
    invalid_request: 'redirect URI removed',
    unauthorized_client: 'grant types removed',
    not_found: 'tenant suspended',
  },
  ...requestObjectOutcomes,
  'authorization code': {
    works: `${untouched}, resource removed, signing key revoked`,
    invalid_client: 'client disabled, client deleted',
    invalid_grant: `
      client disabled and enabled, client deleted and registered again, redirect URI removed, ${account}, sessions ended,
      grant revoked, assignment removed`,
    'less: openid': 'scope removed',
    unauthorized_client: 'grant types removed',
    not_found: 'tenant suspended',
  },
  'authorization code, for an API': {
    works: `${untouched}, signing key revoked`,
    invalid_client: 'client disabled, client deleted',
    invalid_grant: `
      client disabled and enabled, client deleted and registered again, redirect URI removed, ${account}, sessions ended,
      grant revoked, assignment removed`,
    invalid_scope: 'scope removed',
    unauthorized_client: 'grant types removed',
    invalid_target: 'resource removed',
    not_found: 'tenant suspended',
  },
  'refresh token': refreshToken,
  'refresh token, bound by DPoP': refreshToken,
  'refresh token of the sign-in API': {
    works: `${untouched}, ${client}, ${registration}, resource removed, sessions ended, signing key revoked, assignment removed`,
    '401': `${account}, grant revoked`,
    '404': 'tenant suspended',
  },
  'client credentials': clientAlone,
  'client credentials, of an attested instance': clientAlone,
  'client credentials, for an API': {
    works: `
      ${untouched}, client disabled and enabled, client deleted and registered again, redirect URI removed, ${account}, sessions ended,
      grant revoked, signing key revoked, assignment removed`,
    invalid_client: 'client disabled, client deleted',
    invalid_scope: 'scope removed',
    unauthorized_client: 'grant types removed',
    invalid_target: 'resource removed',
    not_found: 'tenant suspended',
  },
  'password grant': {
    works: `
      ${nothing}, ${connection}, address changed, client disabled and enabled, client deleted and registered again, scope removed, redirect URI removed,
      resource removed, account suspended and resumed, sessions ended, grant revoked, signing key revoked`,
    invalid_client: 'client disabled, client deleted',
    unauthorized_client: 'grant types removed',
    invalid_grant: 'account suspended, account deleted, password changed, assignment removed',
    insufficient_user_authentication: 'second factor set up',
    not_found: 'tenant suspended',
  },
  'password at the sign-in API': {
    works: `
      ${nothing}, ${connection}, address changed, ${client}, ${registration}, resource removed, account suspended and resumed, sessions ended, grant revoked,
      signing key revoked, assignment removed`,
    '401': 'account suspended, account deleted, password changed, second factor set up',
    '404': 'tenant suspended',
  },
  ...grantOutcomes,
  'starting at a device': clientAlone,
  'code of a device that a person has still to allow': {
    works: `${untouched}, redirect URI removed, resource removed, grant revoked, signing key revoked`,
    '400': `${client}, scope removed, grant types removed`,
    'signs in': `${account}, sessions ended`,
    '404': 'tenant suspended',
    'not assigned': 'assignment removed',
  },
  'code of a device that a person has allowed': {
    works: `${untouched}, redirect URI removed, resource removed, signing key revoked`,
    invalid_client: 'client disabled, client deleted',
    expired_token: 'client disabled and enabled, client deleted and registered again',
    'less: openid': 'scope removed',
    unauthorized_client: 'grant types removed',
    invalid_grant: `${account}, sessions ended, grant revoked, assignment removed`,
    not_found: 'tenant suspended',
  },
  'registration access token': {
    works: `
      ${untouched}, client disabled and enabled, ${registration}, resource removed, ${account}, sessions ended, grant revoked,
      signing key revoked, assignment removed`,
    invalid_token: 'client disabled, client deleted, client deleted and registered again',
    not_found: 'tenant suspended',
  },
  'JWT at UserInfo': jwt,
  'JWT of a session that has ended, at UserInfo': jwt,
  'opaque token of a session that has ended, at UserInfo': {
    works: `${untouched}, ${registration}, resource removed, sessions ended, signing key revoked`,
    invalid_token: `${client}, ${account}, grant revoked, assignment removed`,
    not_found: 'tenant suspended',
  },
  'opaque token at UserInfo': {
    works: `${untouched}, ${registration}, resource removed, sessions ended, signing key revoked`,
    invalid_token: `${client}, ${account}, grant revoked, assignment removed`,
    not_found: 'tenant suspended',
  },
  'token of an authorization response at UserInfo': {
    works: `${untouched}, ${registration}, resource removed, sessions ended`,
    invalid_token: `${client}, ${account}, grant revoked, signing key revoked, assignment removed`,
    not_found: 'tenant suspended',
  },
  'DPoP-bound token at UserInfo': jwt,
  'JWT at introspection': {
    works: `${untouched}, ${registration}, resource removed, sessions ended`,
    inactive: `${client}, ${account}, grant revoked, signing key revoked, assignment removed`,
    not_found: 'tenant suspended',
  },
  'opaque token at introspection': {
    works: `${untouched}, ${registration}, resource removed, sessions ended, signing key revoked`,
    inactive: `${client}, ${account}, grant revoked, assignment removed`,
    not_found: 'tenant suspended',
  },
  'token for an API at its introspection': {
    works: `${untouched}, ${registration}, sessions ended`,
    inactive: `${client}, resource removed, ${account}, grant revoked, signing key revoked, assignment removed`,
    not_found: 'tenant suspended',
  },
  'token of a machine at introspection': {
    works: `${untouched}, ${registration}, ${account}, sessions ended, grant revoked, assignment removed`,
    inactive: `${client}, resource removed, signing key revoked`,
    not_found: 'tenant suspended',
  },
  'introspection by the client': {
    works: `${untouched}, ${registration}, resource removed, sessions ended`,
    invalid_client: 'client disabled, client deleted',
    inactive: `client disabled and enabled, client deleted and registered again, ${account}, grant revoked, signing key revoked, assignment removed`,
    not_found: 'tenant suspended',
  },
  'revocation by the client': {
    works: `
      ${untouched}, client disabled and enabled, client deleted and registered again, ${registration}, resource removed, ${account},
      sessions ended, grant revoked, signing key revoked, assignment removed`,
    invalid_client: 'client disabled, client deleted',
    not_found: 'tenant suspended',
  },
  'token of a person at the administration API': {
    works: `${untouched}, redirect URI removed, grant types removed, resource removed, sessions ended`,
    '401': `${client}, ${account}, grant revoked, signing key revoked, assignment removed`,
    '403': 'scope removed',
    '404': 'tenant suspended',
  },
  'token of a machine at the administration API': {
    works: `${untouched}, redirect URI removed, grant types removed, resource removed, ${account}, sessions ended, grant revoked, assignment removed`,
    '401': `${client}, signing key revoked`,
    '403': 'scope removed',
    '404': 'tenant suspended',
  },
  'token of the sign-in API': {
    works: `${untouched}, ${client}, ${registration}, resource removed, sessions ended, assignment removed`,
    '401': `${account}, grant revoked, signing key revoked`,
    '404': 'tenant suspended',
  },
  'API key of a person at UserInfo': {
    works: `
      ${untouched}, ${client}, ${registration}, resource removed, account suspended and resumed, password changed, sessions ended,
      grant revoked, signing key revoked, assignment removed`,
    invalid_token: 'account suspended, account deleted',
    not_found: 'tenant suspended',
  },
  'API key of a service at introspection': {
    works: `
      nothing, ${connection}, address changed, second factor set up, ${client}, ${registration}, ${account}, sessions ended, grant revoked, signing key revoked,
      tenant suspended and resumed, assignment removed`,
    inactive: 'resource removed, service suspended',
    not_found: 'tenant suspended',
  },
  ...keyOutcomes,
  ...credentialOutcomes,
  ...federationOutcomes,
  ...documentOutcomes,
  ...linkOutcomes,
  ...upstreamOutcomes,
  'session, at the account page': {
    works: `${untouched}, ${client}, ${registration}, resource removed, grant revoked, signing key revoked, assignment removed`,
    'signs in': `${account}, sessions ended`,
    '404': 'tenant suspended',
  },
  'logout with a hint': {
    works: `${untouched}, ${registration}, resource removed, ${account}, sessions ended, grant revoked, assignment removed`,
    asks: `${client}, signing key revoked`,
    '404': 'tenant suspended',
  },
  'browser that the account knows': {
    works: `${untouched}, ${client}, ${registration}, resource removed, sessions ended, grant revoked, signing key revoked, assignment removed`,
    '429': `${account}`,
    '404': 'tenant suspended',
  },
  ...pushOutcomes,
}
