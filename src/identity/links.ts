/** Single-use links sent by e-mail: choosing a new password, invitations, proof of an address — NIST SP 800-63B-4 §4.2.1. */
import type { TokenKind, Tokens } from '../protocol/ports.ts'
import { type Account, type Link, type LinkKind, loginOf } from './account.ts'
import type { Delivery, OutboxMessage } from './outbox.ts'
import type { IdentityStore } from './store.ts'

/** Of each kind: what its text is made as, and how long it is good for, in seconds. The kind is in the text and in the hash. */
const kinds: Readonly<Record<LinkKind, { token: TokenKind; lifetime: number }>> = {
  reset: { token: 'lr', lifetime: 3600 },
  invitation: { token: 'li', lifetime: 7 * 86_400 },
  verification: { token: 'lv', lifetime: 86_400 },
  'email-change': { token: 'le', lifetime: 86_400 },
}

/** How long it is worth telling what has happened, in seconds. */
const noticeLifetime = 86_400

/** What has happened to an account, for its owner. `left`: recovery codes that can still be used. */
export type AccountNotice =
  | { kind: 'password-changed' | 'email-changed' | 'factor-added' | 'factor-removed' | 'data-downloaded' | 'account-deleted' }
  | { kind: 'recovery-code-used'; left: number }

/** What a mail tells; `mail/` has its words. */
export interface Mail {
  /** With a link to follow, or a notice of what has happened. */
  kind: LinkKind | 'sign-up' | 'sign-up-again' | AccountNotice['kind']
  to: string
  /** Subject of the account; absent while there is none. */
  account?: string
  /** What the person signs in with. */
  username: string
  /** Name of the tenant. */
  from: string
  /** Undefined in a notice. `lifetime` in seconds; absent: it does not end. */
  link: { url: string; lifetime?: number } | undefined
  /** Of a notice that counts something. */
  left?: number
}

/** Sends a mail. Rejects when the other side does not take it. */
export interface Mailer {
  send(mail: Mail): Promise<void>
}

/** What links take. There is none where no mail can be sent. */
export interface MailDeps {
  store: IdentityStore
  tokens: Tokens
  issuer: string
  /** Name of the tenant. */
  name: string
  now(): number
  /** The mail as a message to be stored, which this process then delivers at once. `lifetime`: how long it is worth delivering, in seconds. */
  message(mail: Mail, lifetime: number): OutboxMessage
  /** Delivers what was just stored. What the other side does not take now is tried again later, by whichever process comes to it. */
  deliver(message: OutboxMessage): Promise<Delivery>
  /** Does it after the answer, so that the answer's time tells nothing of what was done. */
  inBackground(work: () => Promise<unknown>): void
}

/**
 * Sends a link of this kind to the account, in place of the one it may have had, and waits for the first attempt at delivery. `email`: where
 * to, which the link will prove. Lost, and nothing is stored, when the account was changed since it was read.
 */
export async function sendLink(deps: MailDeps, kind: LinkKind, account: Account, email: string): Promise<Delivery> {
  const message = await storeLink(deps, kind, account, email)
  return message ? deps.deliver(message) : { outcome: 'lost', reason: 'the account was changed meanwhile' }
}

/** The same, but resolves once link and mail are stored; the mail is delivered after the answer. */
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

/** The link behind a text, with its account, if it is in force. */
export async function findLink({ store, tokens, now }: MailDeps, text: string): Promise<{ link: Link; account: Account } | undefined> {
  for (const { token } of Object.values(kinds)) {
    const hash = tokens.hash(token, text)
    if (hash !== undefined) return store.links.find(hash, now())
  }
  return undefined
}

/** Tells the owner of an address what has happened to the account. Resolves once the mail is stored. */
export async function sendNotice(deps: MailDeps, news: AccountNotice, account: Account): Promise<void> {
  const { subject, email } = account
  if (email === undefined) return
  const mail = { ...news, to: email, account: subject, username: loginOf(account), from: deps.name, link: undefined }
  const message = deps.message(mail, noticeLifetime)
  await deps.store.outbox.add(message)
  deps.inBackground(() => deps.deliver(message))
}
