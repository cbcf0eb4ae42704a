/** Changes of the matrix that have the same outcome on many paths. */

/** By outcome, the changes after which a path has it. */
export type Outcomes = Readonly<Record<string, string>>

export const untouched = 'nothing, service suspended, tenant suspended and resumed'
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
