/** Where an account is signed in, and ending those sessions — OWASP ASVS 7.4, 7.5. */
import type { SessionRow } from '../../identity/account.ts'
import { logoutFrames } from '../../protocol/logout-frames.ts'
import { applicationOf } from '../../protocol/respond.ts'
import { isoTime } from '../http/iso-time.ts'
import { type DeviceItem, sessionsPage } from '../pages/account/sessions.ts'
import { html } from '../pages/html.ts'
import { moment } from '../pages/time.ts'
import { counted } from './counted.ts'
import type { AccountRequest, Outcome, Section } from './section.ts'

/** Live sessions: one past its idle timeout has ended, even if its row still exists. */
async function live({ tenant, account }: AccountRequest): Promise<SessionRow[]> {
  const now = tenant.ctx.now()
  const rows = await tenant.signIn.store.sessions.of(account.subject, now)
  return rows.filter(({ lastSeenAt }) => lastSeenAt + tenant.signIn.lifetimes.idle > now)
}

/** The sign-ins that applications on a device share, with the names of the applications that began them: one for each session, the last used first. */
async function shared({ tenant: { ctx }, account }: AccountRequest): Promise<DeviceItem[]> {
  const secrets = await ctx.store.deviceSecrets.of(account.subject, ctx.now())
  const bySession = [...Map.groupBy(secrets, ({ authentication: { sid } }) => sid)]
  return Promise.all(
    bySession.map(async ([sid, some]) => {
      const clients = await Promise.all(some.map(({ clientId }) => ctx.store.clients.find(clientId)))
      return {
        sid,
        applications: clients.flatMap((client) => (client ? [applicationOf(client).name] : [])),
        createdAt: Math.min(...some.map(({ createdAt }) => createdAt)),
        lastSeenAt: Math.max(...some.map(({ usedAt }) => usedAt)),
      }
    }),
  )
}

/** Only among this account's sessions: another account's is as unknown as one that does not exist. */
async function end({ tenant, request, account, session }: AccountRequest): Promise<Outcome> {
  const sid = request.params.need('session')
  if (sid === session.sid) return { refused: { problem: 'This is your current session. To end it, choose “Sign out” above.' } }
  const ended = await tenant.signIn.store.sessions.end({ subject: account.subject, sid })
  return ended.length > 0 ? { done: 'ended', target: sid } : { refused: { problem: 'This session has ended already.', status: 404 } }
}

async function endOthers({ tenant, account, session }: AccountRequest): Promise<Outcome> {
  await tenant.signIn.store.sessions.end({ subject: account.subject, except: session.sid })
  return { done: 'others' }
}

async function endAll({ tenant, account, session, sessions }: AccountRequest): Promise<Outcome> {
  const ended = await tenant.signIn.store.sessions.end({ subject: account.subject })
  const here = ended.filter(({ sid }) => sid === session.sid).flatMap(({ clients }) => clients)
  const frames = await logoutFrames(tenant.ctx, here)
  const remaining = sessions.filter(({ subject }) => subject !== account.subject).map(({ id }) => id)
  const page = { kind: 'page', page: 'signed-out', data: { application: undefined, to: undefined, stayed: false, frames } } as const
  return { reply: { ...page, remember: { sessions: remaining } } }
}

export const sessions: Section = {
  name: 'sessions',
  title: 'Sessions',
  summary: 'Where you are signed in',
  async show(accountRequest) {
    const { tenant, session, account } = accountRequest
    const items = (await live(accountRequest)).map(({ sid, device, address, createdAt, lastSeenAt }) => ({
      sid,
      device,
      address,
      createdAt,
      lastSeenAt,
      current: sid === session.sid,
    }))
    return {
      body: sessionsPage({
        base: tenant.base,
        sid: session.sid,
        zone: account.claims['zoneinfo'],
        items,
        devices: await shared(accountRequest),
      }),
    }
  },
  async state(accountRequest) {
    const { session } = accountRequest
    const rows = await live(accountRequest) // without the present one, if it ended a moment ago
    const last = Math.max(session.authTime, ...rows.map(({ authTime }) => authTime))
    const zone = accountRequest.account.claims['zoneinfo']
    return { text: html`${counted(rows.length, 'session')}, last sign-in ${moment(last, zone)}` }
  },
  personalData: async (accountRequest) => ({
    shared_sign_ins: (await shared(accountRequest)).map(({ sid, applications, createdAt, lastSeenAt }) => ({
      ...{ session: sid, applications, created_at: isoTime(createdAt), last_used_at: isoTime(lastSeenAt) },
    })),
    sessions: (await live(accountRequest)).map(({ sid, device, address, authTime, acr, amr, createdAt, lastSeenAt, expiresAt }) => ({
      ...{ id: sid, device, address, acr, amr },
      ...{
        signed_in_at: isoTime(authTime),
        created_at: isoTime(createdAt),
        last_seen_at: isoTime(lastSeenAt),
        expires_at: isoTime(expiresAt),
      },
    })),
  }),
  actions: {
    end: { sensitive: false, audit: 'session.end', run: end },
    'end-others': { sensitive: false, audit: 'user.sign-out', run: endOthers },
    'end-all': { sensitive: false, audit: 'user.sign-out', run: endAll },
  },
  notices: { ended: 'That session is signed out.', others: 'All other sessions are signed out.' },
}
