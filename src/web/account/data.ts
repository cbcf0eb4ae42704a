/** All that is kept about a person, as one document to take along — GDPR articles 15 and 20. */
import { auditEntry, readAudit } from '../../identity/audit.ts'
import { stamp } from '../http/iso-time.ts'
import { dataPage } from '../pages/account/data.ts'
import { confirming } from './client.ts'
import type { Outcome, Section, Visit } from './section.ts'

/** `others`: the sections that tell their part of it. */
export function data(others: readonly Section[]): Section {
  return {
    name: 'data',
    title: 'Your data',
    summary: 'Download all that is kept about you',
    async show(visit) {
      const { room, session, fresh } = visit
      const confirm = fresh ? undefined : confirming(visit, 'data')
      return { body: dataPage({ base: room.base, sid: session.sid, confirm }) }
    },
    acts: { download: { sensitive: true, audit: 'user.export', run: (visit) => download(visit, others) } },
    notices: {},
  }
}

async function download(visit: Visit, others: readonly Section[]): Promise<Outcome> {
  const { room, account } = visit
  const parts = await Promise.all(others.map((section) => section.kept?.(visit)))
  const document = Object.assign(
    { issuer: room.ctx.issuer, made_at: stamp(room.ctx.now()), account: accountOf(visit) },
    ...parts,
    await keptBeside(visit),
    { audit: await auditOf(visit) },
  )
  room.signIn.tell({ kind: 'data-downloaded' }, account)
  const headers = { 'content-disposition': 'attachment; filename="account.json"', 'cache-control': 'no-store' }
  const text = `${JSON.stringify(document, null, 2)}\n`
  return { reply: { kind: 'text', status: 200, type: 'application/json', text, headers } }
}

/** No hash of a password is told: only whether there is one. */
function accountOf({ account }: Visit): Record<string, unknown> {
  const { subject, username, email, role, status, createdAt, updatedAt, passwordHash } = account
  return {
    ...{ sub: subject, username, email, role, status, has_password: passwordHash !== undefined },
    ...{ created_at: stamp(createdAt), updated_at: stamp(updatedAt) },
  }
}

async function keptBeside({ room, account }: Visit): Promise<Record<string, unknown>> {
  const { store } = room.signIn
  const { apiKeys, devices, links } = await store.accounts.kept(account.subject)
  return {
    attributes: account.attributes,
    groups: (await store.groups.of(account.subject)).map(({ name }) => name),
    api_keys: apiKeys.map(({ id, label, scope, resource, createdAt, expiresAt, lastUsedAt }) => ({
      ...{ id, label, scope: scope.join(' '), resource, created_at: stamp(createdAt) },
      ...{ expires_at: expiresAt && stamp(expiresAt), last_used_at: lastUsedAt && stamp(lastUsedAt) },
    })),
    known_browsers: devices.map(({ expiresAt }) => ({ expires_at: stamp(expiresAt) })),
    links: links.map(({ kind, email, expiresAt }) => ({ kind, email, expires_at: stamp(expiresAt) })),
  }
}

/** Who else did something to the account is told by kind alone: who that was is theirs. */
async function auditOf({ room, account }: Visit): Promise<object[]> {
  const own: object[] = []
  await readAudit(room.signIn, { about: account.subject }, (page) => {
    for (const noted of page) {
      const { by, address, target, ...entry } = auditEntry(noted)
      const self = by?.type === 'user' && by.id === account.subject
      own.push(self ? { ...entry, by, target, address } : { ...entry, by: by && { type: by.type }, target, address: null })
    }
  })
  return own
}
