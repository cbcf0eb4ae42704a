/** Single-use links sent by e-mail: choosing a new password, invitations, proof of an address — NIST SP 800-63B-4 §4.2.1. */
import type { TokenKind, Tokens } from '../protocol/ports.ts'
import { type Account, type IdentityStore, type Link, type LinkKind, loginOf } from './types.ts'

/** Of each kind: what its text is made as, and how long it is good for, in seconds. The kind is in the text and in the hash. */
const kinds: Readonly<Record<LinkKind, { token: TokenKind; lifetime: number }>> = {
  reset: { token: 'lr', lifetime: 3600 },
  invitation: { token: 'li', lifetime: 7 * 86_400 },
  verification: { token: 'lv', lifetime: 86_400 },
  'email-change': { token: 'le', lifetime: 86_400 },
}

/** What has happened to an account, for its owner. `left`: recovery codes that can still be used. */
export type AccountNotice =
  | { kind: 'password-changed' | 'email-changed' | 'factor-added' | 'factor-removed' | 'data-downloaded' | 'account-deleted' }
  | { kind: 'recovery-code-used'; left: number }

/** What a mail tells; its words are not this room's. */
export interface Mail {
  /** With a link to follow, or only the news of what has happened. */
  kind: LinkKind | 'sign-up' | 'sign-up-again' | AccountNotice['kind']
  to: string
  /** What the person signs in with. */
  username: string
  /** Name of the tenant. */
  from: string
  /** Absent in news. `lifetime` in seconds; absent: it does not end. */
  link: { url: string; lifetime?: number } | undefined
  /** Of news that count something. */
  left?: number
}

/** Sends mail. Rejects when it could not be handed on. */
export interface Mailer {
  send(mail: Mail): Promise<void>
}

/** What links take. There is none where no mail can be sent. */
export interface MailDeps {
  store: IdentityStore
  tokens: Tokens
  mailer: Mailer
  issuer: string
  /** Name of the tenant. */
  name: string
  now(): number
  /** Does it after the answer, so that the answer's time tells nothing of what was done. */
  inBackground(work: () => Promise<void>): void
}

/** Sends a link of this kind to the account, in place of the one it may have had. `email`: where to, which the link will prove. */
export async function sendLink(
  { store, tokens, mailer, issuer, name, now }: MailDeps,
  kind: LinkKind,
  account: Account,
  email: string,
): Promise<void> {
  const { token, lifetime } = kinds[kind]
  const text = tokens.make(token)
  const hash = tokens.hash(token, text) as string
  await store.links.add({ hash, kind, subject: account.subject, email, expiresAt: now() + lifetime })
  const link = { url: `${issuer}/link?token=${text}`, lifetime }
  await mailer.send({ kind, to: email, username: loginOf(account), from: name, link })
}

/** The link behind a text, with its account, if it is in force. */
export async function findLink({ store, tokens, now }: MailDeps, text: string): Promise<{ link: Link; account: Account } | undefined> {
  for (const { token } of Object.values(kinds)) {
    const hash = tokens.hash(token, text)
    if (hash !== undefined) return store.links.find(hash, now())
  }
  return undefined
}

/** Tells the owner of an address what has happened to the account. */
export async function sendNotice({ mailer, name }: MailDeps, news: AccountNotice, account: Account): Promise<void> {
  if (account.email !== undefined)
    await mailer.send({ ...news, to: account.email, username: loginOf(account), from: name, link: undefined })
}
