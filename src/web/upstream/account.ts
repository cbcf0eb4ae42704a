/** Whose account a sign-in through a provider is for: the one that is connected, one that was invited, or a new one; never one with merely an equal address. */
import type { Connection } from '../../connections/connection.ts'
import type { UpstreamProfile } from '../../connections/profile.ts'
import { type Account, foldLogin, isActive } from '../../identity/account.ts'
import { claimsSchema, newAccount } from '../../identity/accounts.ts'
import { signUpAttributes } from '../../identity/attributes.ts'
import { domainOf } from '../../protocol/email-address.ts'
import type { WebTenant } from '../http/route.ts'
import { type Arrival, identityOf } from './arrival.ts'
import { mailConnectLink, mayConnectByMail } from './mailed-link.ts'

/** known: it was connected before. invited: it is connected now. new: it was made now. */
export interface FoundAccount {
  account: Account
  is: 'known' | 'invited' | 'new'
}

/** Why there is none. mailed: the owner of the address got a link that connects the two. */
type Refusal = 'closed' | 'taken' | 'mailed' | 'stranger' | 'incomplete'

export async function accountFor(tenant: WebTenant, arrival: Arrival): Promise<FoundAccount | Refusal> {
  const { signIn, ctx } = tenant
  const { connection, person, profile } = arrival
  const { upstreamIdentities, accounts: stored } = signIn.store
  const known = await upstreamIdentities.find(connection.name, person.subject)
  if (known) {
    const account = await stored.bySubject(known.subject)
    if (!account || !isActive(account)) return 'closed'
    await upstreamIdentities.used(connection.name, person.subject, ctx.now())
    return { account, is: 'known' }
  }
  const owner = profile.email === undefined ? undefined : await stored.byLogin(foldLogin(profile.email))
  return owner && profile.email !== undefined ? ownerOf(tenant, arrival, owner, profile.email) : signedUp(tenant, arrival)
}

/** Of an account with the address that the provider vouches for. */
async function ownerOf(tenant: WebTenant, arrival: Arrival, owner: Account, email: string): Promise<FoundAccount | Refusal> {
  const { signIn, ctx } = tenant
  const { connection, person, profile } = arrival
  const identity = identityOf(connection, person, profile, owner.subject, ctx.now())
  if (connection.sign_in.sign_up === 'invited' && (await signIn.store.upstreamIdentities.accept(identity, email)))
    return { account: (await signIn.store.accounts.bySubject(owner.subject)) ?? owner, is: 'invited' }
  if (!mayConnectByMail(owner, email)) return 'taken'
  return (await mailConnectLink(tenant, arrival, owner, identity)) ? 'mailed' : 'taken'
}

async function signedUp({ signIn, accounts, ctx }: WebTenant, { connection, person, profile }: Arrival): Promise<FoundAccount | Refusal> {
  if (!maySignUp(connection, profile)) return 'stranger'
  const { asked, closedBy } = signUpAttributes(await signIn.store.attributes.list())
  if (closedBy.length > 0 || asked.some(({ required }) => required)) return 'incomplete'
  const sub = ctx.id()
  const claims = { ...checkedClaims(profile.claims), ...(profile.email === undefined ? {} : { email_verified: true }) }
  const input = { sub, username: sub, claims, ...(profile.email === undefined ? {} : { email: profile.email }) }
  const account = newAccount(accounts, input, { passwordHash: undefined, passwordIsTemporary: false })
  const identity = identityOf(connection, person, profile, sub, ctx.now())
  return (await signIn.store.upstreamIdentities.create(account, identity)) ? { account, is: 'new' } : 'taken'
}

function maySignUp({ sign_in }: Connection, { email }: UpstreamProfile): boolean {
  if (sign_in.sign_up === 'open') return true
  return sign_in.sign_up === 'domains' && email !== undefined && sign_in.email_domains.includes(domainOf(email) ?? '')
}

/** A claim that an account cannot have is left out: it must not keep the person out. */
function checkedClaims(claims: UpstreamProfile['claims']): Record<string, unknown> {
  return Object.fromEntries(Object.entries(claims).filter(([name, value]) => claimsSchema.safeParse({ [name]: value }).success))
}
