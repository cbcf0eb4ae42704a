/** `gatehouse credentials offer, requests, issued, …`: offers of credentials to wallets, and what was issued. */
import type { Command } from 'commander'
import { makeOffer, offerLifetimes } from '../protocol/credential-offer.ts'
import type { CredentialStatus } from '../protocol/credentials.ts'
import { type AdminFlags, adminCommand, all, confirm, print, printTable } from './admin-command.ts'
import { duration } from './duration.ts'
import { withTenant } from './open.ts'
import { misuse, refuse } from './problems.ts'
import { dateOf, type Terminal } from './terminal.ts'
import { findUser } from './users.ts'

interface OfferFlags extends AdminFlags {
  user?: string
  txCode: boolean
  expiresIn?: number
}

export function credentials(group: Command, terminal: Terminal): void {
  adminCommand(group, 'offer <credentials...>', 'make an offer for a wallet: a link, which can also be shown as a QR code', [
    'gatehouse credentials offer staff-badge --user ada',
    'gatehouse credentials offer staff-badge --expires-in 7d',
  ])
    .option('--user <login>', 'who gets the credentials without signing in; else the person who signs in')
    .option('--no-tx-code', 'with --user: no code that the person must be told')
    .option('--expires-in <duration>', 'such as 30m or 7d (default: 10m)', duration)
    .action((configurations: string[], flags: OfferFlags) => offer(terminal, configurations, flags))
  adminCommand(group, 'requests', 'requests for credentials that wait for approval', ['gatehouse credentials requests']).action(
    (flags: AdminFlags) =>
      withTenant(terminal, flags, async ({ store, ctx }) => {
        const found = await all(
          (ask) => store.deferredCredentials.waiting({ ...ask, now: ctx.now() }),
          ({ id }) => id,
        )
        const shown = found.map(({ id, configuration, subject, clientId, createdAt }) => {
          return { request: id, credential: configuration, sub: subject, client_id: clientId, asked_at: createdAt }
        })
        const rows = shown.map((one) => [one.request, one.credential, one.sub, one.client_id, dateOf(one.asked_at)])
        printTable(terminal, flags.json, shown, ['request', 'credential', 'sub', 'client', 'since'], rows)
      }),
  )
  decide(group, terminal, { name: 'approve', state: 'approved', summary: 'let a credential that waits be issued' })
  decide(group, terminal, { name: 'deny', state: 'denied', summary: 'refuse a credential that waits' })
  issued(group, terminal)
  setStatus(group, terminal, { name: 'suspend', status: 'suspended', summary: 'make a credential invalid until it is resumed' })
  setStatus(group, terminal, { name: 'resume', status: 'valid', summary: 'make a suspended credential valid again' })
  setStatus(group, terminal, { name: 'revoke', status: 'revoked', summary: 'make a credential invalid for good' })
}

async function offer(terminal: Terminal, configurations: readonly string[], flags: OfferFlags): Promise<void> {
  await withTenant(terminal, flags, async (tenant, done) => {
    const subject = flags.user === undefined ? undefined : (await findUser(tenant, flags.user)).subject
    const lifetime = flags.expiresIn ?? offerLifetimes.usual
    if (lifetime < offerLifetimes.least || lifetime > offerLifetimes.most) misuse('--expires-in is 1m to 30d')
    const made =
      (await makeOffer(tenant.ctx, { configurations, subject, txCode: flags.txCode, lifetime })) ??
      refuse('one of these credentials is not offered: see "gatehouse credentials list"')
    await done('credential-offer.create', made.id, { configurations: configurations.join(' '), ...(subject ? { user: subject } : {}) })
    print(terminal, flags.json, {
      offer: made.id,
      link: made.byReference,
      ...(flags.json ? { by_value: made.byValue, credential_offer: made.offer } : {}),
      ...(made.txCode === undefined ? {} : { tx_code: made.txCode }),
      expires_at: flags.json ? made.expiresAt : dateOf(made.expiresAt),
    })
  })
}

function issued(group: Command, terminal: Terminal): void {
  adminCommand(group, 'issued', 'the credentials that were issued last', ['gatehouse credentials issued --user ada'])
    .option('--user <login>', 'to one person')
    .option('--limit <number>', 'how many', Number, 100)
    .action((flags: AdminFlags & { user?: string; limit: number }) =>
      withTenant(terminal, flags, async (tenant) => {
        if (!(flags.limit >= 1 && flags.limit <= 10_000)) misuse('--limit is 1 to 10000')
        const subject = flags.user === undefined ? undefined : (await findUser(tenant, flags.user)).subject
        const found = await tenant.store.issuedCredentials.list({ subject, limit: Math.trunc(flags.limit) })
        const shown = found.map(({ id, configuration, subject, clientId, status, event, issuedAt, expiresAt }) => {
          return {
            id,
            credential: configuration,
            sub: subject,
            client_id: clientId,
            status,
            event,
            issued_at: issuedAt,
            expires_at: expiresAt,
          }
        })
        const rows = shown.map((one) => [one.id, one.credential, one.sub ?? '', one.client_id, one.status, dateOf(one.expires_at)])
        printTable(terminal, flags.json, shown, ['id', 'credential', 'sub', 'client', 'status', 'expires'], rows)
      }),
    )
}

function decide(
  group: Command,
  terminal: Terminal,
  { name, state, summary }: { name: string; state: 'approved' | 'denied'; summary: string },
): void {
  adminCommand(group, `${name} <request>`, summary, [`gatehouse credentials ${name} REQUEST-ID`]).action((id: string, flags: AdminFlags) =>
    withTenant(terminal, flags, async ({ store, ctx }, done) => {
      if (!(await store.deferredCredentials.decide(id, state, ctx.now())))
        refuse(`there is no request ${id}, or it does not wait any more: see "gatehouse credentials requests"`)
      await done('credential.decide', id, { decision: state })
      confirm(terminal, flags.json, { request: id, state }, `Request ${id} is ${state}.`)
    }),
  )
}

function setStatus(
  group: Command,
  terminal: Terminal,
  { name, status, summary }: { name: string; status: CredentialStatus; summary: string },
): void {
  adminCommand(group, `${name} <id>`, summary, [`gatehouse credentials ${name} CREDENTIAL-ID`]).action((id: string, flags: AdminFlags) =>
    withTenant(terminal, flags, async ({ store }, done) => {
      if (!(await store.issuedCredentials.setStatus(id, status)))
        refuse(`there is no issued credential ${id}, or it is revoked: see "gatehouse credentials issued"`)
      await done('credential.status', id, { status })
      confirm(terminal, flags.json, { id, status }, `Credential ${id} is ${status}.`)
    }),
  )
}
