/** Changes of the matrix that have the same outcome on many paths. */

/** By outcome, the changes after which a path has it. */
export type Outcomes = Readonly<Record<string, string>>

export const nothing = 'nothing, service suspended, tenant suspended and resumed'
export const connection = 'connection disabled, connection removed'
export const untouched = `${nothing}, ${connection}, address changed, second factor set up`
export const client = 'client disabled, client disabled and enabled, client deleted, client deleted and registered again'
export const registration = 'scope removed, redirect URI removed, grant types removed'
export const account = 'account suspended, account suspended and resumed, account deleted, password changed'

export const refreshToken: Outcomes = {
  works: `${untouched}, redirect URI removed, resource removed, sessions ended, signing key revoked`,
  invalid_client: 'client disabled, client deleted',
  invalid_grant: `client disabled and enabled, client deleted and registered again, ${account}, grant revoked, assignment removed`,
  'less: openid': 'scope removed',
  unauthorized_client: 'grant types removed',
  not_found: 'tenant suspended',
}

export const clientAlone: Outcomes = {
  works: `
    ${untouched}, client disabled and enabled, client deleted and registered again, redirect URI removed, resource removed,
    ${account}, sessions ended, grant revoked, signing key revoked, assignment removed`,
  invalid_client: 'client disabled, client deleted',
  invalid_scope: 'scope removed',
  unauthorized_client: 'grant types removed',
  not_found: 'tenant suspended',
}

/** At UserInfo. */
export const jwt: Outcomes = {
  works: `${untouched}, ${registration}, resource removed, sessions ended`,
  invalid_token: `${client}, ${account}, grant revoked, signing key revoked, assignment removed`,
  not_found: 'tenant suspended',
}

/** With a session. */
export const atAuthorization: Outcomes = {
  works: `${untouched}, client disabled and enabled, resource removed, signing key revoked`,
  '400': 'client disabled, client deleted, redirect URI removed',
  consent_required: 'client deleted and registered again, grant revoked',
  invalid_scope: 'scope removed',
  unauthorized_client: 'grant types removed',
  login_required: `${account}, sessions ended`,
  '404': 'tenant suspended',
  access_denied: 'assignment removed',
}

export const pushedRequest: Outcomes = {
  works: `${untouched}, scope removed, resource removed, signing key revoked`,
  '400': `${client}, redirect URI removed`,
  unauthorized_client: 'grant types removed',
  'signs in': `${account}, sessions ended`,
  consents: 'grant revoked',
  '404': 'tenant suspended',
  'not assigned': 'assignment removed',
}

/** By a backchannel request. */
export const askingForApproval: Outcomes = {
  works: `
    ${untouched}, client disabled and enabled, client deleted and registered again, redirect URI removed, resource removed,
    account suspended and resumed, password changed, sessions ended, grant revoked, signing key revoked`,
  invalid_client: 'client disabled, client deleted',
  invalid_scope: 'scope removed',
  unauthorized_client: 'grant types removed',
  unknown_user_id: 'account suspended, account deleted, assignment removed',
  not_found: 'tenant suspended',
}

/** Of a backchannel request. */
export const approvalToGive: Outcomes = {
  works: `${untouched}, redirect URI removed, resource removed, grant revoked, signing key revoked`,
  '400': `${client}, scope removed, grant types removed`,
  'signs in': `${account}, sessions ended`,
  'not assigned': 'assignment removed',
  '404': 'tenant suspended',
}

/** With a session, of a client that is there again once it was deleted, as its document or its trust chain says. */
export const describedAtAuthorization: Outcomes = {
  ...atAuthorization,
  '400': 'client disabled, redirect URI removed',
  consent_required: 'client deleted, client deleted and registered again, grant revoked',
}

/** Of such a client. */
export const describedCode: Outcomes = {
  works: `${untouched}, resource removed, signing key revoked`,
  invalid_client: 'client disabled',
  invalid_grant: `
    client disabled and enabled, client deleted, client deleted and registered again, redirect URI removed, ${account}, sessions ended,
    grant revoked, assignment removed`,
  'less: openid': 'scope removed',
  unauthorized_client: 'grant types removed',
  not_found: 'tenant suspended',
}
