/** Single-use links sent by email: password resets, invitations, verification of an address — NIST SP 800-63B-4 §4.2.1. */
import type { ApprovalRequest, Tokens } from '../protocol/ports.ts'
import type { TokenKind } from '../protocol/token-kind.ts'
import { type Account, type ConnectByLink, type Link, type LinkKind, loginOf } from './account.ts'
import type { Delivery, OutboxMessage } from './outbox.ts'
import type { IdentityStore } from './store.ts'

/** For each kind: the kind of its token, and how long the link is valid, in seconds. The kind is part of the token and of its hash. */
const kinds: Readonly<Record<LinkKind, { token: TokenKind; lifetime: number }>> = {
  reset: { token: 'lr', lifetime: 3600 },
  invitation: { token: 'li', lifetime: 7 * 86_400 },
  verification: { token: 'lv', lifetime: 86_400 },
  'email-change': { token: 'le', lifetime: 86_400 },
  connection: { token: 'lc', lifetime: 1800 },
}

/** How long a notice is worth delivering, in seconds. */
const noticeLifetime = 86_400

/** Where something was done: the device in words, and the network address. */
export interface Place {
  device: string | undefined
  address: string
}

/** A notice to the owner of an account. `left`: unused recovery codes; `place`: unknown where no person's browser did it. */
export type AccountNotice = { place?: Place | undefined } & (
  | {
      kind:
        | 'password-changed'
        | 'email-changed'
        | 'factor-added'
        | 'factor-removed'
        | 'recovery-codes-renewed'
        | 'data-downloaded'
        | 'account-deleted'
    }
  | { kind: 'recovery-code-used'; left: number }
)

/** Notices after which their owner can still act: by choosing a new password, which signs everybody out. */
const actionable: readonly Mail['kind'][] = [
  'password-changed',
  'factor-added',
  'factor-removed',
  'recovery-codes-renewed',
  'recovery-code-used',
  'data-downloaded',
]

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
  /** Address of its logo. */
  logo?: string | undefined
  /** When something happened that its owner must know, in Unix seconds, and where. */
  at?: number
  /** The person's time zone, if it is known. */
  zone?: string | undefined
  place?: Place | undefined
  /** Undefined where nothing can be done. `lifetime` in seconds; absent: it does not expire. */
  link: { url: string; lifetime?: number } | undefined
  /** Name of the application, or of the other provider, that a mail is about. */
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

/** What a link depends on besides its account. */
interface LinkDetail {
  /** Token of the flow in which the link was asked for, to go on with afterwards in the same browser. */
  flow?: string | undefined
  /** What a link of kind `connection` connects, and the name of the provider. */
  connect?: ConnectByLink
  provider?: string
}

/**
 * Sends a link of this kind to the account, replacing an earlier one, and waits for the first attempt at delivery. `email`: the address to
 * send it to, which the link verifies. Lost, and nothing is stored, when the account was changed since it was read.
 */
export async function sendLink(
  deps: MailDeps,
  kind: LinkKind,
  account: Account,
  email: string,
  detail: LinkDetail = {},
): Promise<Delivery> {
  const message = await storeLink(deps, kind, account, email, detail)
  return message ? deps.deliver(message) : { outcome: 'lost', reason: 'the account was changed meanwhile' }
}

/** The same, but resolves once link and mail are stored; the mail is delivered after the response. */
export async function queueLink(deps: MailDeps, kind: LinkKind, account: Account, email: string, detail: LinkDetail = {}): Promise<void> {
  const message = await storeLink(deps, kind, account, email, detail)
  if (message) deps.inBackground(() => deps.deliver(message))
}

async function storeLink(
  deps: MailDeps,
  kind: LinkKind,
  account: Account,
  email: string,
  { flow, connect, provider }: LinkDetail,
): Promise<OutboxMessage | undefined> {
  const { store, tokens, issuer, name, now } = deps
  const { subject } = account
  const { token, lifetime } = kinds[kind]
  const text = tokens.make(token)
  const link = { url: `${issuer}/link?${new URLSearchParams({ token: text, ...(flow && { flow }) })}`, lifetime }
  const mail: Mail = { kind, to: email, account: subject, username: loginOf(account), from: name, link }
  const message = deps.message({ ...mail, ...(provider !== undefined && { application: provider }) }, lifetime)
  const hash = tokens.hash(token, text) as string
  const stored = await store.links.add({ hash, kind, subject, email, expiresAt: now() + lifetime, connect, account, message })
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
  const { subject, email, claims } = account
  if (email === undefined) return
  const zone = typeof claims['zoneinfo'] === 'string' ? claims['zoneinfo'] : undefined
  const username = loginOf(account)
  const link = actionable.includes(news.kind)
    ? { url: `${deps.issuer}/forgot-password?${new URLSearchParams({ login: username })}` }
    : undefined
  const mail = { ...news, to: email, account: subject, username, from: deps.name, at: deps.now(), zone, link }
  const message = deps.message(mail, noticeLifetime)
  await deps.store.outbox.add(message)
  deps.inBackground(() => deps.deliver(message))
}

/** Tells the owner of an account of a request that waits for their approval. False: they have no address. */
export async function sendRequest(
  deps: MailDeps,
  account: Account,
  { application, url, lifetime }: Pick<ApprovalRequest, 'application' | 'url' | 'lifetime'>,
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
