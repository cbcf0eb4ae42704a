/** All features. A feature is on unless the configuration says `false`; those that are off by default need `true`. */
import type { Feature } from '../feature.ts'
import { tokenEndpoint } from '../token.ts'
import { apiKeys } from './api-keys.ts'
import { attributes } from './attributes.ts'
import { authorizationCode } from './authorization-code.ts'
import { authorizationDetails } from './authorization-details.ts'
import { backChannelLogout } from './back-channel-logout.ts'
import { backchannelAuthentication } from './ciba.ts'
import { claimsParameter } from './claims-parameter.ts'
import { clientAssertion } from './client-assertion.ts'
import { clientAttestationDraft11 } from './client-attestation.ts'
import { clientCredentials } from './client-credentials.ts'
import { clientIdMetadataDocuments } from './client-id-metadata-documents.ts'
import { clientSecret } from './client-secret.ts'
import { credentialIssuance } from './credential-issuance/feature.ts'
import { customClaims } from './custom-claims.ts'
import { deviceAuthorization } from './device-authorization.ts'
import { discovery } from './discovery.ts'
import { dpop } from './dpop.ts'
import { dynamicRegistration } from './dynamic-registration.ts'
import { federation } from './federation.ts'
import { federationRegistration } from './federation-registration.ts'
import { federationSuperior } from './federation-superior.ts'
import { formPost } from './form-post.ts'
import { frontChannelLogout } from './front-channel-logout.ts'
import { grantManagement } from './grant-management.ts'
import { groups } from './groups.ts'
import { hybrid } from './hybrid.ts'
import { identityAssertionDraft04 } from './identity-assertion.ts'
import { implicit } from './implicit.ts'
import { introspection } from './introspection.ts'
import { issuerIdentification } from './issuer-identification.ts'
import { jarm } from './jarm.ts'
import { jwtBearer } from './jwt-bearer.ts'
import { jwtIntrospection } from './jwt-introspection.ts'
import { keys } from './keys.ts'
import { logout } from './logout.ts'
import { mutualTls } from './mutual-tls.ts'
import { nativeSsoDraft07 } from './native-sso.ts'
import { openid } from './openid.ts'
import { passwordGrant } from './password-grant.ts'
import { pkce } from './pkce.ts'
import { promptCreate } from './prompt-create.ts'
import { protectedResourceMetadata } from './protected-resource-metadata.ts'
import { providerHint } from './provider-hint.ts'
import { pushedRequests } from './pushed-requests.ts'
import { refreshToken } from './refresh-token.ts'
import { registrationManagement } from './registration-management.ts'
import { requestObjects } from './request-objects.ts'
import { requestUris } from './request-uris.ts'
import { resourceIndicators } from './resource-indicators.ts'
import { responseModes } from './response-modes.ts'
import { responseTypeNone } from './response-type-none.ts'
import { revocation } from './revocation.ts'
import { sdJwtVc } from './sd-jwt-vc.ts'
import { sessionManagement } from './session-management.ts'
import { sharedSignals } from './shared-signals/feature.ts'
import { tlsClientAuth } from './tls-client-auth.ts'
import { tokenExchange } from './token-exchange.ts'
import { tokenStatusList } from './token-status-list.ts'
import { upstreamTokens } from './upstream-tokens.ts'
import { userinfo } from './userinfo.ts'

const token = (): Feature => ({
  id: 'token',
  spec: 'RFC 6749 §3.2',
  endpoints: [tokenEndpoint],
  serves: { assignment: ['required'], after_session: ['end'] },
})

export const catalogue = {
  discovery,
  keys,
  token,
  clientSecret,
  clientAssertion,
  clientAttestationDraft11,
  clientCredentials,
  passwordGrant,
  authorizationCode,
  responseTypeNone,
  implicit,
  hybrid,
  responseModes,
  formPost,
  jarm,
  pkce,
  pushedRequests,
  requestObjects,
  requestUris,
  authorizationDetails,
  dpop,
  mutualTls,
  tlsClientAuth,
  issuerIdentification,
  promptCreate,
  providerHint,
  refreshToken,
  openid,
  userinfo,
  claimsParameter,
  groups,
  attributes,
  logout,
  backChannelLogout,
  frontChannelLogout,
  sessionManagement,
  introspection,
  jwtIntrospection,
  revocation,
  resourceIndicators,
  protectedResourceMetadata,
  tokenExchange,
  upstreamTokens,
  nativeSsoDraft07,
  jwtBearer,
  identityAssertionDraft04,
  grantManagement,
  deviceAuthorization,
  backchannelAuthentication,
  dynamicRegistration,
  registrationManagement,
  clientIdMetadataDocuments,
  credentialIssuance,
  sdJwtVc,
  tokenStatusList,
  apiKeys,
  sharedSignals,
  federation,
  federationRegistration,
  federationSuperior,
  customClaims,
} as const satisfies Record<string, () => Feature>

/** Off unless the configuration says `true`: discouraged, a draft, or of use only with further settings. */
export const offByDefault: readonly (keyof typeof catalogue)[] = [
  'passwordGrant',
  'mutualTls',
  'tlsClientAuth',
  'clientAttestationDraft11',
  'identityAssertionDraft04',
  'nativeSsoDraft07',
  'sessionManagement',
]

/** Checked by the compiler: only known features. */
export type FeatureConfig = { readonly [K in keyof typeof catalogue]?: boolean | undefined }

export function enabled(config: FeatureConfig): Feature[] {
  return Object.entries(catalogue)
    .filter(([id]) => config[id as keyof FeatureConfig] ?? !offByDefault.some((other) => other === id))
    .map(([, make]) => make())
}
