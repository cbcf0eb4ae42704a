/** Everything stored about a person, as one document — GDPR articles 15 and 20. */
import { auditEntry, readAudit } from '../../identity/audit.ts'
import { isoTime } from '../http/iso-time.ts'
import { dataPage } from '../pages/account/data.ts'
import { confirmUrl } from './client.ts'
import type { AccountRequest, Outcome, Section } from './section.ts'

/** `others`: the sections that contribute to it. */
export function data(others: readonly Section[]): Section {
  return {
    name: 'data',
    title: 'Your data',
    summary: 'Download everything that is stored about you',
    async show(accountRequest) {
      const { tenant, session, fresh } = accountRequest
      const confirm = fresh ? undefined : confirmUrl(accountRequest, 'data')
      return { body: dataPage({ base: tenant.base, sid: session.sid, confirm }) }
    },
    actions: { download: { sensitive: true, audit: 'user.export', run: (accountRequest) => download(accountRequest, others) } },
    notices: {},
  }
}

async function download(accountRequest: AccountRequest, others: readonly Section[]): Promise<Outcome> {
  const { tenant, account } = accountRequest
  const parts = await Promise.all(others.map((section) => section.personalData?.(accountRequest)))
  const document = Object.assign(
    { issuer: tenant.ctx.issuer, made_at: isoTime(tenant.ctx.now()), account: accountOf(accountRequest) },
    ...parts,
    await otherPersonalData(accountRequest),
    { audit: await auditOf(accountRequest) },
  )
  await tenant.signIn.notify({ kind: 'data-downloaded' }, account)
  const headers = { 'content-disposition': 'attachment; filename="account.json"', 'cache-control': 'no-store' }
  const text = `${JSON.stringify(document, null, 2)}\n`
  return { reply: { kind: 'text', status: 200, type: 'application/json', text, headers } }
}

/** Without the password's hash: only whether there is one. */
function accountOf({ account }: AccountRequest): Record<string, unknown> {
  const { subject, username, email, role, status, createdAt, updatedAt, passwordHash } = account
  return {
    ...{ sub: subject, username, email, role, status, has_password: passwordHash !== undefined },
    ...{ created_at: isoTime(createdAt), updated_at: isoTime(updatedAt) },
  }
}

async function otherPersonalData({ tenant, account }: AccountRequest): Promise<Record<string, unknown>> {
  const { store } = tenant.signIn
  const { apiKeys, devices, links } = await store.accounts.personalData(account.subject)
  return {
    attributes: account.attributes,
    groups: (await store.groups.of(account.subject)).map(({ name }) => name),
    api_keys: apiKeys.map(({ id, label, scope, resource, createdAt, expiresAt, lastUsedAt }) => ({
      ...{ id, label, scope: scope.join(' '), resource, created_at: isoTime(createdAt) },
      ...{ expires_at: expiresAt && isoTime(expiresAt), last_used_at: lastUsedAt && isoTime(lastUsedAt) },
    })),
    known_browsers: devices.map(({ expiresAt }) => ({ expires_at: isoTime(expiresAt) })),
    links: links.map(({ kind, email, expiresAt }) => ({ kind, email, expires_at: isoTime(expiresAt) })),
  }
}

/** Of other actors only the kind is included: their identity is their own personal data. */
async function auditOf({ tenant, account }: AccountRequest): Promise<object[]> {
  const own: object[] = []
  await readAudit(tenant.signIn, { about: account.subject }, (page) => {
    for (const noted of page) {
      const { by, address, target, ...entry } = auditEntry(noted)
      const self = by?.type === 'user' && by.id === account.subject
      own.push(self ? { ...entry, by, target, address } : { ...entry, by: by && { type: by.type }, target, address: null })
    }
  })
  return own
}
