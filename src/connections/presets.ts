/** What is known of common providers, so that a connection names only what is its own. One entry each. */

/** How access is given back upstream: RFC 7009 where the provider has the endpoint, or in GitHub's own way. */
export type RevocationStyle = 'rfc7009' | 'github'

export interface Preset {
  /** Its name on buttons. */
  label: string
  /** What the operator does there, for `gatehouse connections presets`. */
  about: string
  /** openid: discovery and ID tokens. oauth2: endpoints, and the person is asked about at the userinfo endpoint. */
  protocol: 'openid' | 'oauth2'
  /** Absent: the operator names it. */
  issuer?: string
  authorization_endpoint?: string
  token_endpoint?: string
  userinfo_endpoint?: string
  /** Lists the person's addresses, each with `email`, `primary` and `verified`. */
  emails_endpoint?: string
  token_endpoint_auth_method: 'client_secret_basic' | 'client_secret_post'
  response_mode: 'query' | 'form_post'
  /** Asked for when a person signs in. */
  sign_in_scope: string
  /** Asked for when a person lets us keep a token. */
  vault_scope: string
  /** Further parameters of that authorization request. */
  vault_params?: Readonly<Record<string, string>>
  /** The claim that identifies the person, for good. */
  subject: string
  /** Our claims, by the claim of the provider that holds each, where the names differ. */
  claims?: Readonly<Record<string, string>>
  revocation: RevocationStyle
  /** The answer at the callback has the person's name in `user`, at the first sign-in only. */
  name_in_answer?: boolean
}

const openid = {
  protocol: 'openid',
  token_endpoint_auth_method: 'client_secret_basic',
  response_mode: 'query',
  sign_in_scope: 'openid profile email',
  vault_scope: 'openid profile email offline_access',
  subject: 'sub',
  revocation: 'rfc7009',
} as const

export const presets = {
  openid: { ...openid, label: 'OpenID Connect', about: 'any OpenID provider with discovery; name its issuer' },
  oauth2: {
    ...openid,
    protocol: 'oauth2',
    label: 'OAuth 2.0',
    about: 'any OAuth 2.0 server; name its endpoints',
    sign_in_scope: '',
    vault_scope: '',
  },
  keycloak: { ...openid, label: 'Keycloak', about: 'a realm of Keycloak; the issuer is https://HOST/realms/REALM' },
  google: {
    ...openid,
    label: 'Google',
    about: 'OAuth client of type "Web application" in the Google Cloud console',
    issuer: 'https://accounts.google.com',
    token_endpoint_auth_method: 'client_secret_post',
    vault_scope: 'openid profile email',
    vault_params: { access_type: 'offline', prompt: 'consent' }, // a refresh token comes only with consent
  },
  entra: {
    ...openid,
    label: 'Microsoft',
    about:
      'app registration of Microsoft Entra ID with the optional claims email and xms_edov; the issuer is https://login.microsoftonline.com/DIRECTORY-ID/v2.0',
    token_endpoint_auth_method: 'client_secret_post',
    claims: { email_verified: 'xms_edov' }, // it has no email_verified, and an address of which this is not said may be anybody's
  },
  github: {
    ...openid,
    protocol: 'oauth2',
    label: 'GitHub',
    about: 'OAuth app or GitHub app under Developer settings',
    authorization_endpoint: 'https://github.com/login/oauth/authorize',
    token_endpoint: 'https://github.com/login/oauth/access_token',
    userinfo_endpoint: 'https://api.github.com/user',
    emails_endpoint: 'https://api.github.com/user/emails',
    token_endpoint_auth_method: 'client_secret_post',
    sign_in_scope: 'read:user user:email',
    vault_scope: 'read:user',
    subject: 'id',
    claims: { preferred_username: 'login', picture: 'avatar_url', profile: 'html_url', website: 'blog' },
    revocation: 'github',
  },
  gitlab: {
    ...openid,
    label: 'GitLab',
    about: 'application under User settings; for a server of your own, name its issuer',
    issuer: 'https://gitlab.com',
    vault_scope: 'openid profile email read_api', // its refresh tokens need no scope
  },
  slack: {
    ...openid,
    label: 'Slack',
    about: 'app at api.slack.com with "Sign in with Slack"',
    issuer: 'https://slack.com',
    token_endpoint_auth_method: 'client_secret_post',
    vault_scope: 'openid profile email',
  },
  apple: {
    ...openid,
    label: 'Apple',
    about: 'Services ID with "Sign in with Apple"; the secret is the key file (.p8), and team_id and key_id name it',
    issuer: 'https://appleid.apple.com',
    token_endpoint_auth_method: 'client_secret_post',
    response_mode: 'form_post', // without it no name and no address come
    sign_in_scope: 'openid name email',
    vault_scope: 'openid name email',
    name_in_answer: true,
  },
} as const satisfies Readonly<Record<string, Preset>>

export type PresetName = keyof typeof presets

export const presetNames = Object.keys(presets) as [PresetName, ...PresetName[]]
