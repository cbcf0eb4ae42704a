/** Issuing credentials to wallets — OpenID for Verifiable Credential Issuance 1.0. Off in a tenant that has nothing to issue. */
import { isForCredentials } from '../../credential-authorization.ts'
import { refuse } from '../../errors.ts'
import type { Ctx, Endpoint, Feature } from '../../feature.ts'
import { credentialEndpoint, deferredEndpoint, nonceEndpoint, notificationEndpoint } from './endpoints.ts'
import { issuerMetadata } from './issuer-metadata.ts'
import { offerEndpoint, preAuthorizedCode } from './pre-authorized-code.ts'

const endpoints = {
  credential_endpoint: credentialEndpoint,
  nonce_endpoint: nonceEndpoint,
  deferred_credential_endpoint: deferredEndpoint,
  notification_endpoint: notificationEndpoint,
} as const satisfies Record<string, Endpoint>

/** Seconds for which a thief of an access token can get credentials with it, unless the token is bound to a key. §13.10 */
const longestUnbound = 300

/** §5.1.3: it may have been put into the request by somebody else, so it proves nothing. An offer to one person is for that person alone. */
async function offerOf(ctx: Ctx, state: string) {
  const offer = await ctx.store.credentialOffers.find({ id: state }, ctx.now())
  return offer ?? refuse('invalid_request', 'issuer_state is not that of an offer that is in force; get a new offer')
}

export function credentialIssuance(): Feature {
  const paths = Object.fromEntries(Object.entries(endpoints).map(([name, { path }]) => [name, path]))
  return {
    id: 'credentialIssuance',
    spec: 'OpenID for Verifiable Credential Issuance 1.0',
    requires: ['authorizationCode', 'keys', 'sdJwtVc', 'token', 'tokenStatusList'],
    endpoints: [issuerMetadata(paths), ...Object.values(endpoints), offerEndpoint],
    grantTypes: [preAuthorizedCode],
    metadata: ({ tenant }): Readonly<Record<string, unknown>> =>
      tenant.credentials.length > 0 ? { 'pre-authorized_grant_anonymous_access_supported': false } : {}, // §12.3

    longestLifetime: (ctx, { issuance, target, binding }) =>
      binding === undefined && isForCredentials(ctx, issuance, target) ? longestUnbound : undefined,

    async readRequest(ctx, { params }): Promise<Record<string, string>> {
      const state = params.get('issuer_state')
      return state === undefined || ctx.tenant.credentials.length === 0 ? {} : { issuer_state: (await offerOf(ctx, state)).id }
    },
  }
}
