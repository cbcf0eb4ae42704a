/** `gatehouse federation trust-marks`, `issue-trust-mark`, `revoke-trust-mark` and `delegate-trust-mark`: the trust marks that a tenant issues or owns. */
import type { Command } from 'commander'
import { entityId, trustMarkType } from '../protocol/federation/entity.ts'
import { signDelegation } from '../protocol/federation/own-federation.ts'
import type { IssuedTrustMark } from '../protocol/federation/store.ts'
import { type AdminFlags, adminCommand, all, confirm, print, printTable } from './admin-command.ts'
import { duration } from './duration.ts'
import { keyringOf } from './federation-keys.ts'
import { withTenant } from './open.ts'
import { checked, refuse } from './problems.ts'
import { dateOf, type Terminal } from './terminal.ts'

export function trustMarks(group: Command, terminal: Terminal): void {
  adminCommand(group, 'trust-marks', 'the trust marks that the tenant issued', ['gatehouse federation trust-marks']).action(
    (flags: AdminFlags) =>
      withTenant(terminal, flags, async ({ store }) => {
        const found = await everyMark(store.trustMarks.list)
        const rows = found.map((mark) => [mark.type, mark.subject, stateOf(mark), dateOf(mark.issuedAt)])
        printTable(terminal, flags.json, found.map(shown), ['type', 'entity', 'state', 'issued'], rows)
      }),
  )
  adminCommand(group, 'issue-trust-mark <type> <entity>', 'issue a trust mark, in place of the one that the entity has of this type', [
    'gatehouse federation issue-trust-mark https://trust.example/certified https://rp.example --expires-in 365d',
  ])
    .option('--expires-in <duration>', 'such as 365d; without it, it is valid until it is revoked', duration)
    .action((type: string, entity: string, flags: AdminFlags & { expiresIn?: number }) =>
      withTenant(terminal, flags, async ({ store, ctx }, done) => {
        const subject = checked(entityId, entity, () => 'the entity identifier')
        const issuedAt = ctx.now()
        const expiresAt = flags.expiresIn === undefined ? undefined : issuedAt + flags.expiresIn
        const mark = { id: ctx.id(), type: checked(trustMarkType, type, () => 'the type'), subject, issuedAt, expiresAt }
        await store.trustMarks.issue(mark)
        await done('federation.trust-mark', subject, { type, revoked: false })
        print(terminal, flags.json, shown({ ...mark, revokedAt: undefined }))
      }),
    )
  adminCommand(group, 'revoke-trust-mark <type> <entity>', 'revoke a trust mark', [
    'gatehouse federation revoke-trust-mark https://trust.example/certified https://rp.example',
  ]).action((type: string, entity: string, flags: AdminFlags) =>
    withTenant(terminal, flags, async ({ store, ctx }, done) => {
      if (!(await store.trustMarks.revoke(type, entity, ctx.now())))
        refuse('there is no such trust mark in force: see "gatehouse federation trust-marks"')
      await done('federation.trust-mark', entity, { type, revoked: true })
      confirm(terminal, flags.json, { type, entity_id: entity, revoked: true }, `The trust mark of ${entity} is revoked.`)
    }),
  )
  adminCommand(
    group,
    'delegate-trust-mark <type> <entity>',
    'let another entity issue trust marks that the tenant owns: prints a delegation',
    ['gatehouse federation delegate-trust-mark https://trust.example/certified https://inspector.example --expires-in 365d'],
  )
    .option('--expires-in <duration>', 'such as 365d; without it, it does not end', duration)
    .action((type: string, entity: string, flags: AdminFlags & { expiresIn?: number }) =>
      withTenant(terminal, flags, async (tenant, done) => {
        keyringOf(tenant)
        const issuer = checked(entityId, entity, () => 'the entity identifier')
        const expiresAt = flags.expiresIn === undefined ? undefined : tenant.ctx.now() + flags.expiresIn
        const delegated = { type: checked(trustMarkType, type, () => 'the type'), issuer, expiresAt }
        const delegation = await signDelegation(tenant.ctx, delegated)
        await done('federation.trust-mark-delegate', issuer, { type })
        confirm(terminal, flags.json, { trust_mark_type: type, entity_id: issuer, expires_at: expiresAt, delegation }, delegation)
      }),
    )
}

type List = (ask: { after?: { type: string; subject: string }; limit: number }) => Promise<IssuedTrustMark[]>

function everyMark(list: List): Promise<IssuedTrustMark[]> {
  const keyOf = ({ type, subject }: IssuedTrustMark) => JSON.stringify({ type, subject })
  return all(({ after, limit }) => list({ ...(after === undefined ? {} : { after: JSON.parse(after) }), limit }), keyOf)
}

function stateOf({ revokedAt, expiresAt }: IssuedTrustMark): string {
  if (revokedAt !== undefined) return 'revoked'
  return expiresAt === undefined ? 'active' : `until ${dateOf(expiresAt)}`
}

function shown({ type, subject, issuedAt, expiresAt, revokedAt }: IssuedTrustMark): object {
  return { trust_mark_type: type, entity_id: subject, issued_at: issuedAt, expires_at: expiresAt, revoked_at: revokedAt }
}
