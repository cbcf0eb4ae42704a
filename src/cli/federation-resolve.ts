/** `gatehouse federation resolve`: the trust chain of an entity, with what each step allowed or took away. */
import type { Command } from 'commander'
import type { Discovery } from '../protocol/federation/discovery.ts'
import { entityId } from '../protocol/federation/entity.ts'
import type { EntityStatement } from '../protocol/federation/entity-statement.ts'
import type { PolicyChange } from '../protocol/federation/metadata-policy.ts'
import { findTrustChain } from '../protocol/federation/own-federation.ts'
import type { TrustChain } from '../protocol/federation/trust-chain.ts'
import { type AdminFlags, adminCommand, printJson } from './admin-command.ts'
import { withTenant } from './open.ts'
import { checked, Problems } from './problems.ts'
import { dateOf, painter, type Terminal } from './terminal.ts'

export function federationResolve(group: Command, terminal: Terminal): void {
  adminCommand(group, 'resolve <entity>', 'find the trust chain of an entity, and print what each step allowed or took away', [
    'gatehouse federation resolve https://rp.example',
  ]).action((entity: string, flags: AdminFlags) =>
    withTenant(terminal, flags, async ({ ctx }) => {
      const { chain, deadEnds } = await findTrustChain(
        ctx,
        checked(entityId, entity, () => 'the entity identifier'),
      )
      if (flags.json) printJson(terminal, { chain: chain && shown(chain), dead_ends: deadEnds })
      else terminal.stdout.write((chain ? rendered(terminal, chain) : '') + deadEnds.map(lineOf).join(''))
      if (!chain) throw new Problems(1, [`there is no trust chain from ${entity} to an anchor of this tenant`])
    }),
  )
}

function lineOf({ path, problem }: Discovery['deadEnds'][number]): string {
  return `no trust chain through ${path.join(' → ')}: ${problem}\n`
}

function shown({ subject, anchor, expiresAt, statements, removedTypes, changes, metadata }: TrustChain): object {
  return {
    ...{ subject, anchor, expires_at: expiresAt },
    statements: statements.map(({ iss, sub, exp, claims }) => {
      const { metadata: stated, metadata_policy, constraints } = claims
      return { iss, sub, expires_at: exp, ...(iss === sub ? {} : { metadata: stated, metadata_policy, constraints }) }
    }),
    removed_types: removedTypes,
    changes: changes.map((change) => ({ ...change, by: authorsOf(change, statements) })),
    metadata,
  }
}

/** The superiors that stated this operator for this parameter. */
function authorsOf({ type, parameter, operator }: PolicyChange, statements: readonly EntityStatement[]): string[] {
  const states = ({ policy }: EntityStatement) => Object.hasOwn(policy?.get(type)?.get(parameter) ?? {}, operator)
  return statements.filter(states).map(({ iss }) => iss)
}

function rendered(terminal: Terminal, chain: TrustChain): string {
  const paint = painter(terminal, terminal.stdout)
  const { statements, removedTypes, changes, metadata } = chain
  const lines = [
    `${paint('bold', chain.subject)} is trusted until ${dateOf(chain.expiresAt)}`,
    ...statements.filter(({ iss, sub }) => iss !== sub).flatMap(stepsOf),
    `  ${chain.anchor} is a trust anchor`,
    ...(removedTypes.length > 0 ? [`Constraints took away: ${removedTypes.join(', ')}`] : []),
    ...(changes.length > 0 ? ['Policies changed:'] : []),
    ...changes.map((change) => {
      const { type, parameter, operator, before, after } = change
      return `  ${type}.${parameter}: ${textOf(before)} → ${textOf(after)}  (${operator}, ${authorsOf(change, statements).join(', ')})`
    }),
    `Metadata: ${JSON.stringify(metadata, null, 2)}`,
  ]
  return `${lines.join('\n')}\n`
}

function stepsOf({ iss, sub, metadata, policy, constraints, claims }: EntityStatement): string[] {
  const members = (about: object) =>
    Object.entries(about).flatMap(([type, inner]) => Object.keys(inner as object).map((name) => `${type}.${name}`))
  return [
    `  ${iss} vouches for ${sub}`,
    ...(Object.keys(metadata).length > 0 ? [`    states ${members(metadata).join(', ')}`] : []),
    ...(policy ? [`    demands ${members(claims['metadata_policy'] as object).join(', ')}`] : []),
    ...(constraints ? [`    constrains ${JSON.stringify(claims['constraints'])}`] : []),
  ]
}

function textOf(value: unknown): string {
  return value === undefined ? '(absent)' : JSON.stringify(value)
}
