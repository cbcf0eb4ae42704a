/** Making an account of one's own. Where an address must be proven first, there is no account until it is. */
import { z } from 'zod'
import { type Account, foldLogin, loginOf, type SignUp } from './account.ts'
import { type AccountDeps, type NewAccount, newAccount } from './accounts.ts'
import { checkOwn } from './attributes.ts'
import type { MailDeps } from './links.ts'

/** What an address must be: proven or not; `private`: proven, and nobody is told whether somebody has it already. */
export type SignUpRule = { address: 'unverified' } | { address: 'private' | 'verified'; mail: MailDeps }

/** Who asks for an account. */
export interface Applicant {
  /** Absent: the person signs in with the address alone. */
  username?: string
  email: string
  claims: { name?: string }
  /** What the person says of those that the tenant has defined. */
  attributes?: NewAccount['attributes']
  /** Where the person asks in a browser: the hash of its id, and the ticket of the visit to go back to. */
  at?: { browser: string; flow: string }
}

/** How long the link is good for, in seconds. */
const lifetime = 86_400

/**
 * The account; or 'mail-sent' when its address is to be proven first; or 'taken' when another has the name or address, which by the
 * private rule is found out after the answer and told to the owner alone. Throws `ZodError` or `UnusablePassword`.
 */
export async function signUp(
  accounts: AccountDeps,
  rule: SignUpRule,
  applicant: Applicant,
  password: string,
): Promise<Account | 'mail-sent' | 'taken'> {
  checkOwn(await accounts.store.attributes.list(), applicant.attributes ?? {})
  const passwordHash = await accounts.passwords.hash(password) // before anything is looked up: it takes as long for all
  const account = accountOf(accounts, applicant, passwordHash)
  if (rule.address === 'unverified') return (await accounts.store.accounts.add(account)) ? account : 'taken'
  const { mail } = rule
  if (rule.address === 'verified' && (await isTaken(accounts, account))) return 'taken'
  mail.inBackground(() => sendProof(mail, applicant, passwordHash))
  return 'mail-sent'
}

/** Without a user name the subject stands in its place, so that it tells nothing of the person. Throws `ZodError`. */
function accountOf(
  deps: AccountDeps,
  { username, email, claims, attributes = {} }: Pick<SignUp, 'username' | 'email' | 'claims' | 'attributes'>,
  passwordHash: string,
): Account {
  const sub = deps.id()
  return newAccount(deps, { sub, username: username ?? sub, email, claims, attributes }, { passwordHash, passwordIsTemporary: false })
}

async function isTaken({ store }: AccountDeps, { username, email }: Account): Promise<boolean> {
  const logins = email === undefined ? [username] : [username, email]
  const owners = await Promise.all(logins.map((login) => store.accounts.byLogin(foldLogin(login))))
  return owners.some((owner) => owner !== undefined)
}

/** Sends the link that verifies the address; or, where an account has it already, tells the owner of the attempt. */
async function sendProof(deps: MailDeps, applicant: Applicant, passwordHash: string): Promise<void> {
  const { store, tokens, issuer, name, now } = deps
  const { username, email, claims, attributes, at } = applicant
  const owner = await store.accounts.byLogin(foldLogin(email))
  if (owner) {
    const link = { url: `${issuer}/forgot-password` }
    const again = { kind: 'sign-up-again', to: email, account: owner.subject, username: loginOf(owner), from: name, link } as const
    const message = deps.message(again, lifetime)
    await store.outbox.add(message)
    await deps.deliver(message)
    return
  }
  const text = tokens.make('lu')
  const hash = tokens.hash('lu', text) as string
  const back = at === undefined ? '' : `&flow=${encodeURIComponent(at.flow)}`
  const link = { url: `${issuer}/sign-up/confirm?token=${text}${back}`, lifetime }
  const message = deps.message({ kind: 'sign-up', to: email, username: username ?? email, from: name, link }, lifetime)
  const signUp = { hash, username, email, passwordHash, claims, attributes, browser: at?.browser, expiresAt: now() + lifetime }
  await store.signUps.add(signUp, message)
  await deps.deliver(message)
}

/** What waits behind the text of a link, if it is in force. */
export async function findSignUp({ store, tokens, now }: MailDeps, text: string): Promise<SignUp | undefined> {
  const hash = tokens.hash('lu', text)
  return hash === undefined ? undefined : store.signUps.find(hash, now())
}

/**
 * Makes the account whose address is proven. 'unknown': another request was first. 'taken': somebody has the name or address by now. 'unfit':
 * the tenant asks of everybody by now what was not said.
 * To be called only for whoever chose the password: else a stranger could have an address proven for a password of their own.
 */
export async function confirmSignUp(deps: AccountDeps, signUp: SignUp): Promise<Account | 'unknown' | 'taken' | 'unfit'> {
  const claims = { ...signUp.claims, email_verified: true }
  const account = accountOf(deps, { ...signUp, claims }, signUp.passwordHash)
  const outcome = await deps.store.signUps.confirm(signUp.hash, account, deps.now()).catch(unfit)
  return outcome === 'added' ? account : outcome
}

function unfit(error: unknown): 'unfit' {
  if (error instanceof z.ZodError) return 'unfit'
  throw error
}
