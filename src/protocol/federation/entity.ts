/** What other entities are to a tenant, as its operator declares it — OpenID Federation 1.0 §1.2. */
import { z } from 'zod'
import { OAuthError } from '../errors.ts'
import { readConstraints } from './constraints.ts'
import { isEntityIdentifier } from './entity-identifier.ts'
import { readKeys } from './entity-statement.ts'
import { readPolicy } from './metadata-policy.ts'
import { maxDelegation, readDelegation, readTrustMark } from './trust-mark.ts'

export const entityRoles = ['anchor', 'superior', 'subordinate', 'trust_mark_issuer', 'trust_mark_owner'] as const
export type EntityRole = (typeof entityRoles)[number]

export const entityId = z.string().max(500).refine(isEntityIdentifier, 'must be an https URL without query and fragment')
export const trustMarkType = z
  .string()
  .min(1)
  .max(500)
  .regex(/^[\x21-\x7e]+$/, 'must be a URI')

const document = z
  .record(z.string().max(1024), z.json())
  .refine((value) => JSON.stringify(value).length <= 65_536, 'must not be longer than 65536 characters as JSON')

const shape = {
  role: z
    .enum(entityRoles)
    .describe(
      'anchor: its keys are trusted; superior: it vouches for this tenant, which names it in authority_hints; subordinate: this tenant vouches for it; trust_mark_issuer: it issues trust marks; trust_mark_owner: others issue its trust marks',
    ),
  entity_id: entityId.describe('Its entity identifier'),
  jwks: document.optional().describe('Its federation keys, as {"keys": [...]}: of anchors, subordinates, and owners of trust marks'),
  metadata: document.optional().describe('Metadata that this tenant states of a subordinate, by entity type'),
  metadata_policy: document.optional().describe('Metadata policy for a subordinate and everything below it'),
  constraints: document.optional().describe('Constraints for a subordinate and everything below it'),
  entity_types: z
    .array(z.string().min(1).max(100))
    .max(20)
    .default([])
    .describe('Entity types of a subordinate, by which lists are filtered'),
  intermediate: z.boolean().default(false).describe('A subordinate that has subordinates of its own'),
  trust_mark_types: z
    .array(trustMarkType)
    .max(50)
    .default([])
    .describe('Types of trust marks that this tenant, as an anchor, accepts from the issuer, or says to be those of the owner'),
  trust_marks: z
    .array(z.string().max(16_384))
    .max(20)
    .default([])
    .describe('Trust marks of the issuer about this tenant, as JWTs, which it publishes'),
  delegations: z
    .array(z.string().max(maxDelegation))
    .max(50)
    .default([])
    .describe('Delegations by which the owner lets this tenant issue its trust marks, as JWTs, which are put into them'),
}

/** Members that only one role has. */
const only: Readonly<Record<string, readonly EntityRole[]>> = {
  jwks: ['anchor', 'subordinate', 'trust_mark_owner'],
  metadata: ['subordinate'],
  metadata_policy: ['subordinate'],
  constraints: ['subordinate'],
  entity_types: ['subordinate'],
  trust_mark_types: ['trust_mark_issuer', 'trust_mark_owner'],
  trust_marks: ['trust_mark_issuer'],
  delegations: ['trust_mark_owner'],
}

/** Of an owner, those who take marks of its types for valid. */
export function needsKeys({ role, trust_mark_types: types }: { role: EntityRole; trust_mark_types?: readonly string[] }): boolean {
  return role === 'anchor' || role === 'subordinate' || (role === 'trust_mark_owner' && types !== undefined && types.length > 0)
}

export const entitySchema = z.strictObject(shape).superRefine((entity, check) => {
  const problem = (member: string, message: string) => check.addIssue({ code: 'custom', path: [member], message })
  for (const [member, roles] of Object.entries(only)) {
    const value = entity[member as keyof typeof entity]
    const isGiven = Array.isArray(value) ? value.length > 0 : value !== undefined
    if (isGiven && !roles.includes(entity.role)) problem(member, `is for ${roles.join(' and ')} only; remove it`)
  }
  if (entity.intermediate && entity.role !== 'subordinate') problem('intermediate', 'is for subordinate only; remove it')
  const attempt = (member: string, read: () => unknown) => {
    try {
      read()
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error
      problem(member, error.description)
    }
  }
  if (needsKeys(entity)) attempt('jwks', () => readKeys(entity.jwks))
  for (const mark of entity.trust_marks)
    if (readTrustMark(mark)?.iss !== entity.entity_id) problem('trust_marks', 'must be trust marks of this issuer, as JWTs')
  for (const delegation of entity.delegations)
    if (readDelegation(delegation)?.iss !== entity.entity_id) problem('delegations', 'must be delegations of this owner, as JWTs')
  if (entity.metadata_policy) attempt('metadata_policy', () => readPolicy(entity.metadata_policy))
  if (entity.constraints) attempt('constraints', () => readConstraints(entity.constraints))
})

export type FederationEntity = z.infer<typeof entitySchema>
