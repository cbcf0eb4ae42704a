/** Self-registration. Where the address must be verified first, there is no account until it is. */
import { z } from 'zod'
import { emailAddress } from '../protocol/email-address.ts'
import { type Account, foldLogin, loginOf, type SignUp } from './account.ts'
import { type AccountDeps, type NewAccount, newAccount, ownUsername } from './accounts.ts'
import { checkOwn } from './attributes.ts'
import type { MailDeps } from './links.ts'

/** Whether an address must be verified; `private`: verified, without revealing whether an account has it already. */
export type SignUpRule = { address: 'unverified' } | { address: 'private' | 'verified'; mail: MailDeps }

/** A request for an account. */
export interface Applicant {
  /** Absent: the person signs in with the address only. */
  username?: string
  email: string
  claims: { name?: string }
  /** Attributes the person filled in. */
  attributes?: NewAccount['attributes']
  /** In a browser: the hash of its id, and the token of the flow to return to. */
  at?: { browser: string; flow: string }
}

const applicantSchema = z.object({ username: ownUsername.optional(), email: emailAddress() })

/** How long the link is valid, in seconds. */
const lifetime = 86_400

/**
 * Returns the account; 'mail-sent' when the address is to be verified first; or 'taken' when another account has the name or address, which
 * under the private rule is found out after the response and told only to the owner. Throws `ZodError` or `UnusablePassword`.
 */
export async function signUp(
  accounts: AccountDeps,
  rule: SignUpRule,
  applicant: Applicant,
  password: string,
): Promise<Account | 'mail-sent' | 'taken'> {
  checkOwn(await accounts.store.attributes.list(), applicant.attributes ?? {})
  const passwordHash = await accounts.passwords.hash(password) // before anything is looked up, so that it takes equally long for everyone
  const checked = checkedApplicant(applicant)
  const account = accountOf(accounts, checked, passwordHash)
  if (rule.address === 'unverified') return (await accounts.store.accounts.add(account)) ? account : 'taken'
  const { mail } = rule
  if (rule.address === 'verified' && (await isTaken(accounts, [account.username, checked.email]))) return 'taken'
  mail.inBackground(() => sendProof(mail, checked, passwordHash))
  return 'mail-sent'
}

/** As it may be chosen, the domain in ASCII. Throws `ZodError`. */
function checkedApplicant(applicant: Applicant): Applicant {
  const { username, email } = applicantSchema.parse({ username: applicant.username, email: applicant.email })
  return { ...applicant, ...(username === undefined ? {} : { username }), email }
}

/** Without a user name the subject takes its place, which reveals nothing about the person. Throws `ZodError`. */
function accountOf(
  deps: AccountDeps,
  { username, email, claims, attributes = {} }: Pick<SignUp, 'username' | 'email' | 'claims' | 'attributes'>,
  passwordHash: string,
): Account {
  const sub = deps.id()
  return newAccount(deps, { sub, username: username ?? sub, email, claims, attributes }, { passwordHash, passwordIsTemporary: false })
}

async function isTaken({ store }: AccountDeps, logins: readonly string[]): Promise<boolean> {
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

/** The sign-up of a link's token, if it is in force. */
export async function findSignUp({ store, tokens, now }: MailDeps, text: string): Promise<SignUp | undefined> {
  const hash = tokens.hash('lu', text)
  return hash === undefined ? undefined : store.signUps.find(hash, now())
}

/**
 * Creates the account whose address is verified. 'unknown': another request was first. 'taken': another account has the name or address by
 * now. 'unfit': the tenant has come to require an attribute that was not filled in. Call it only for the person who chose the password:
 * otherwise a stranger could get somebody to verify an address for the stranger's password.
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
