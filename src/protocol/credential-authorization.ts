/** How credentials are asked for: a scope for each configuration, and a type of authorization details — OpenID for Verifiable Credential Issuance 1.0 §5.1. */

import { isJsonObject } from './codec/json.ts'
import { type CredentialConfiguration, scopeOf, titleOf } from './credential-configuration.ts'
import { refuse } from './errors.ts'
import type { Ctx } from './feature.ts'
import type { DetailType } from './resource.ts'
import type { Credential, Issuance, Target } from './types.ts'

export const credentialDetail = 'openid_credential' // §5.1.1

/** In words for the consent page. */
export function credentialScopes(configurations: readonly CredentialConfiguration[]): Record<string, string> {
  return Object.fromEntries(configurations.map((one) => [scopeOf(one), `Put “${titleOf(one)}” into your wallet`]))
}

/** Whether a scope stands for a credential. §5.1.2 */
export function isCredentialScope({ tenant: { credentials } }: Ctx, scope: string): boolean {
  return credentials.some((one) => scopeOf(one) === scope)
}

/** The type of authorization details by which these are asked for; none where there are none. The identifier of a person's data is that of the configuration. */
export function credentialDetailTypes(
  { issuer, name }: { issuer: string; name: string },
  configurations: readonly CredentialConfiguration[],
): DetailType[] {
  if (configurations.length === 0) return []
  const title = (id: unknown) => configurations.find((one) => one.id === id)
  const schema = {
    type: 'object',
    properties: {
      type: { const: credentialDetail },
      credential_configuration_id: { enum: configurations.map(({ id }) => id) },
      locations: { type: 'array', items: { const: issuer }, minItems: 1, maxItems: 1 },
    },
    required: ['type', 'credential_configuration_id'],
  }
  return [
    {
      name: credentialDetail,
      description: 'Put a credential into your wallet',
      schema,
      consent: 'always',
      api: issuer,
      apiName: name,
      lines: ({ credential_configuration_id: id }) => [['credential', titleOf(title(id) ?? { display: [{ name: String(id) }] })]],
      enriched: ({ credential_configuration_id: id }) => ({ credential_identifiers: [id] }), // §6.2
    },
  ]
}

/** The configurations that a token lets be asked for by identifier, as its authorization details say. §6.2 */
function identifiersOf({ extra }: Credential): readonly string[] {
  const details = extra['authorization_details']
  if (!Array.isArray(details)) return []
  return details
    .filter((detail) => isJsonObject(detail) && detail['type'] === credentialDetail)
    .flatMap((detail) => (Array.isArray(detail.credential_identifiers) ? detail.credential_identifiers : []))
}

/** Whether a token lets this credential be issued. */
export function mayGet(token: Credential, configuration: CredentialConfiguration): boolean {
  return token.scope.includes(scopeOf(configuration)) || identifiersOf(token).includes(configuration.id)
}

/** Whether credentials can be had with an access token that is about to be issued. */
export function isForCredentials(ctx: Ctx, issuance: Issuance, { scope }: Target): boolean {
  if (ctx.tenant.credentials.length === 0) return false
  const details = issuance.narrowed?.['authorizationDetails'] ?? issuance.authorization?.extensions['authorizationDetails'] ?? '[]'
  const types = (JSON.parse(details) as { type: string }[]).map(({ type }) => type)
  return scope.some((one) => isCredentialScope(ctx, one)) || types.includes(credentialDetail)
}

/** The configuration that a credential request asks for, and that its token is for. §8.2 */
export function requestedConfiguration(
  { tenant: { credentials } }: Ctx,
  token: Credential,
  members: Readonly<Record<string, unknown>>,
): CredentialConfiguration {
  const { credential_configuration_id: id, credential_identifier: identifier } = members
  if ((id === undefined) === (identifier === undefined))
    refuse('invalid_credential_request', 'send either credential_configuration_id or credential_identifier')
  const granted = identifiersOf(token)
  if (identifier !== undefined) {
    const found = credentials.find((one) => one.id === identifier && granted.includes(one.id))
    return found ?? refuse('unknown_credential_identifier', 'credential_identifier is not one that came with the access token')
  }
  const found =
    credentials.find((one) => one.id === id) ??
    refuse('unknown_credential_configuration', 'credential_configuration_id is not in the metadata of this issuer')
  if (token.scope.includes(scopeOf(found))) return found
  if (granted.includes(found.id))
    refuse('invalid_credential_request', 'the access token came with credential_identifiers; send one of these')
  return refuse('insufficient_scope', 'the access token is not for this credential')
}
