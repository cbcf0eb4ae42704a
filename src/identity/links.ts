/** Single-use links sent by email: password resets, invitations, verification of an address — NIST SP 800-63B-4 §4.2.1. */
import type { Tokens } from '../protocol/ports.ts'
import type { TokenKind } from '../protocol/token-kind.ts'
import { type Account, type Link, type LinkKind, loginOf } from './account.ts'
import type { Delivery, OutboxMessage } from './outbox.ts'
import type { IdentityStore } from './store.ts'

/** For each kind: the kind of its token, and how long the link is valid, in seconds. The kind is part of the token and of its hash. */
const kinds: Readonly<Record<LinkKind, { token: TokenKind; lifetime: number }>> = {
  reset: { token: 'lr', lifetime: 3600 },
  invitation: { token: 'li', lifetime: 7 * 86_400 },
  verification: { token: 'lv', lifetime: 86_400 },
  'email-change': { token: 'le', lifetime: 86_400 },
}

/** How long a notice is worth delivering, in seconds. */
const noticeLifetime = 86_400

/** A notice to the owner of an account. `left`: unused recovery codes. */
export type AccountNotice =
  | { kind: 'password-changed' | 'email-changed' | 'factor-added' | 'factor-removed' | 'data-downloaded' | 'account-deleted' }
  | { kind: 'recovery-code-used'; left: number }

/** The content of a mail; `mail/` has the wording. */
export interface Mail {
  /** With a link to follow, or a notice. */
  kind: LinkKind | 'approval' | 'sign-up' | 'sign-up-again' | AccountNotice['kind']
  to: string
  /** Subject of the account; absent while there is no account. */
  account?: string
  /** What the person signs in with. */
  username: string
  /** Name of the tenant. */
  from: string
  /** Undefined in a notice. `lifetime` in seconds; absent: it does not expire. */
  link: { url: string; lifetime?: number } | undefined
  /** Name of the application that a mail is about. */
  application?: string
  /** Of a notice that counts something. */
  left?: number
}

/** Sends a mail. Rejects when the mail server does not accept it. */
export interface Mailer {
  send(mail: Mail): Promise<void>
}

/** Dependencies of sending mails. */
export interface MailDeps {
  store: IdentityStore
  tokens: Tokens
  issuer: string
  /** Name of the tenant. */
  name: string
  now(): number
  /** The mail as a message to be stored, leased to this process. `lifetime`: how long it is worth delivering, in seconds. */
  message(mail: Mail, lifetime: number): OutboxMessage
  /** First attempt at a message that was just stored. If the mail server does not accept it now, some process tries again later. */
  deliver(message: OutboxMessage): Promise<Delivery>
  /** Runs it after the response, so that the response time reveals nothing. */
  inBackground(work: () => Promise<unknown>): void
}

/**
 * Sends a link of this kind to the account, replacing an earlier one, and waits for the first attempt at delivery. `email`: the address to
 * send it to, which the link verifies. Lost, and nothing is stored, when the account was changed since it was read.
 */
export async function sendLink(deps: MailDeps, kind: LinkKind, account: Account, email: string): Promise<Delivery> {
  const message = await storeLink(deps, kind, account, email)
  return message ? deps.deliver(message) : { outcome: 'lost', reason: 'the account was changed meanwhile' }
}

/** The same, but resolves once link and mail are stored; the mail is delivered after the response. */
export async function queueLink(deps: MailDeps, kind: LinkKind, account: Account, email: string): Promise<void> {
  const message = await storeLink(deps, kind, account, email)
  if (message) deps.inBackground(() => deps.deliver(message))
}

async function storeLink(deps: MailDeps, kind: LinkKind, account: Account, email: string): Promise<OutboxMessage | undefined> {
  const { store, tokens, issuer, name, now } = deps
  const { subject } = account
  const { token, lifetime } = kinds[kind]
  const text = tokens.make(token)
  const link = { url: `${issuer}/link?token=${text}`, lifetime }
  const message = deps.message({ kind, to: email, account: subject, username: loginOf(account), from: name, link }, lifetime)
  const hash = tokens.hash(token, text) as string
  const stored = await store.links.add({ hash, kind, subject, email, expiresAt: now() + lifetime, account, message })
  return stored ? message : undefined
}

/** The link of a token, with its account, if it is in force. */
export async function findLink({ store, tokens, now }: MailDeps, text: string): Promise<{ link: Link; account: Account } | undefined> {
  for (const { token } of Object.values(kinds)) {
    const hash = tokens.hash(token, text)
    if (hash !== undefined) return store.links.find(hash, now())
  }
  return undefined
}

/** Notifies the owner of an account. Resolves once the mail is stored. */
export async function sendNotice(deps: MailDeps, news: AccountNotice, account: Account): Promise<void> {
  const { subject, email } = account
  if (email === undefined) return
  const mail = { ...news, to: email, account: subject, username: loginOf(account), from: deps.name, link: undefined }
  const message = deps.message(mail, noticeLifetime)
  await deps.store.outbox.add(message)
  deps.inBackground(() => deps.deliver(message))
}

/** Tells the owner of an account of a request that waits for their approval. False: they have no address. */
export async function sendRequest(
  deps: MailDeps,
  account: Account,
  { application, url, lifetime }: { application: string; url: string; lifetime: number },
): Promise<boolean> {
  const { subject, email } = account
  if (email === undefined) return false
  const mail: Mail = {
    kind: 'approval',
    to: email,
    account: subject,
    username: loginOf(account),
    from: deps.name,
    link: { url, lifetime },
    application,
  }
  const message = deps.message(mail, lifetime)
  await deps.store.outbox.add(message)
  deps.inBackground(() => deps.deliver(message))
  return true
}
