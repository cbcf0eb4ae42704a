/** Protocol mappers of Keycloak as claims of access tokens. */
import { fixedClaims } from '../protocol/claim-sources.ts'
import { attributeNameOf, clientRoles, realmRoles, standardClaimOf } from './keycloak-attributes.ts'
import type { KeycloakMapper } from './keycloak-realm.ts'

/** Members of a user, by the property that a mapper names. */
const properties: Readonly<Record<string, string>> = {
  ...{ username: 'preferred_username', email: 'email', emailVerified: 'email_verified', firstName: 'given_name', lastName: 'family_name' },
}
/** What they say is in every token here, or in the scope of Keycloak's own that they usually belong to. */
const unneeded = new Set([
  ...[
    'oidc-sub-mapper',
    'oidc-acr-mapper',
    'oidc-amr-mapper',
    'oidc-full-name-mapper',
    'oidc-address-mapper',
    'oidc-allowed-origins-mapper',
  ],
])

const hints: Readonly<Record<string, string>> = {
  'oidc-audience-mapper': 'declare the API with "gatehouse resources create", and name it with --default-resource',
  'oidc-sha256-pairwise-sub-mapper': 'the application gets the subject itself; pairwise subjects of this server would be others',
}

/** `notes`: mappers that cannot come, by their names. */
export function claimsByMappers(mappers: readonly KeycloakMapper[]): { members: Record<string, unknown>; notes: string[] } {
  const fixed: Record<string, unknown> = {}
  const sources: Record<string, string> = {}
  const notes: string[] = []
  for (const mapper of mappers) {
    if (unneeded.has(mapper.protocolMapper)) continue
    const read = readMapper(mapper)
    if ('problem' in read) notes.push(`protocol mapper ${mapper.name} (${mapper.protocolMapper}): ${read.problem}`)
    else if ('source' in read) sources[read.claim] = read.source
    else fixed[read.claim] = read.value
  }
  return {
    members: {
      ...(Object.keys(fixed).length > 0 ? { access_token_claims: fixed } : {}),
      ...(Object.keys(sources).length > 0 ? { access_token_claim_sources: sources } : {}),
    },
    notes,
  }
}

type ReadMapper = { claim: string; source: string } | { claim: string; value: unknown } | { problem: string }

function readMapper({ protocolMapper, config }: KeycloakMapper): ReadMapper {
  const claim = (config?.['claim.name'] ?? '').replaceAll('\\.', '\0')
  const source = sourceOf(protocolMapper, config ?? {})
  if (source === undefined) return { problem: hints[protocolMapper] ?? 'there is nothing like it here' }
  if (claim === '' || config?.['access.token.claim'] !== 'true') return { problem: 'it is not for access tokens' }
  if (claim.includes('.')) return { problem: `the claim ${claim} is nested: name it without dots, such as "roles"` }
  const name = claim.replaceAll('\0', '.')
  if (typeof source === 'string') return { claim: name, source }
  const problem = fixedClaims.safeParse({ [name]: source.value }).error?.issues[0]?.message
  return problem ? { problem: `the claim ${name} ${problem}` } : { claim: name, value: source.value }
}

/** A claim source, a fixed value, or undefined. */
function sourceOf(kind: string, config: Readonly<Record<string, string | null>>): string | { value: unknown } | undefined {
  const named = config['user.attribute'] ?? ''
  const property = Object.hasOwn(properties, named) ? `account.${properties[named]}` : undefined
  switch (kind) {
    case 'oidc-usermodel-property-mapper':
      return property
    case 'oidc-usermodel-attribute-mapper':
      return property ?? standardSource(named) ?? `account.attributes.${attributeNameOf(named)}`
    case 'oidc-group-membership-mapper':
      return 'account.groups'
    case 'oidc-usermodel-realm-role-mapper':
      return `account.attributes.${realmRoles}`
    case 'oidc-usermodel-client-role-mapper':
      return `account.attributes.${clientRoles}`
    case 'oidc-hardcoded-claim-mapper':
      return { value: typed(config['claim.value'] ?? '', config['jsonType.label'] ?? 'String') }
    default:
      return undefined
  }
}

function standardSource(attribute: string): string | undefined {
  const claim = standardClaimOf(attribute)
  return claim && `account.${claim}`
}

function typed(value: string, type: string): unknown {
  if (type === 'String') return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}
