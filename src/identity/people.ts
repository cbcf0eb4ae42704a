/** The `People` port: who is signed in at this browser, and the claims of a subject. */
import { refuse } from '../protocol/errors.ts'
import type { People, Tokens } from '../protocol/ports.ts'
import type { Session } from '../protocol/types.ts'
import { type Account, claimsOf, foldLogin, isActive, loginOf, type SessionRow } from './account.ts'
import { signUpAttributes } from './attributes.ts'
import { failedSignIn } from './failed-sign-in.ts'
import { passkeyCreation, passkeyRequest } from './passkeys.ts'
import { signInWithoutPage } from './second-factor.ts'
import type { SignInDeps } from './sign-in.ts'
import { attemptUserCode, countFlow, countRegistration } from './throttle.ts'
import { offerTotp } from './totp.ts'

/** A session's use is recorded at most this many times per idle timeout. */
const noteEvery = 20

export function people(deps: SignInDeps): People {
  const { store, tokens, lifetimes } = deps
  return {
    acrValues: ['aal1', 'aal2'],

    async sessions(ids, now, address) {
      const byHash = new Map(ids.flatMap((id) => hashOf(tokens, id).map((hash) => [hash, id] as const)))
      if (byHash.size === 0) return []
      const rows = await store.sessions.find([...byHash.keys()], now)
      const live = rows.filter(({ session, account }) => session.lastSeenAt + lifetimes.idle > now && isActive(account))
      for (const { session } of live) {
        if (now - session.lastSeenAt > lifetimes.idle / noteEvery || session.address !== address)
          await store.sessions.seen(session.hash, now, address)
      }
      const found = new Map(
        live.map(({ session, account }) => [session.hash, sessionOf(session, account, byHash.get(session.hash) as string)]),
      )
      return [...byHash.keys()].flatMap((hash) => found.get(hash) ?? [])
    },

    async claims(subject) {
      const account = await store.accounts.bySubject(subject)
      return account && claimsOf(account)
    },

    subjectOf: async (login) => (await store.accounts.byLogin(foldLogin(login)))?.subject,

    subjectOfUpstream: deps.subjectOfUpstream,

    async tellOfRequest(subject, about) {
      const account = await store.accounts.bySubject(subject)
      return account !== undefined && isActive(account) && (await deps.tellOfRequest(account, about))
    },

    async askedAtSignUp() {
      return signUpAttributes(await store.attributes.list()).asked
    },

    countFlow: (address, now) => countFlow(deps, address, now),
    attemptUserCode: (address, now, check) => attemptUserCode(deps, address, now, check),
    countRegistration: (address, now) => countRegistration(deps, address, now),

    upstreams: deps.upstreams,

    async groups(subject) {
      return (await store.groups.of(subject)).map(({ name }) => name)
    },

    async secondFactors(subject) {
      const account = await store.accounts.bySubject(subject)
      if (!account || !isActive(account)) return undefined
      const { totp, passkeys, recoveryCodes } = await store.factors.of(subject)
      return { person: shown(account), any: totp !== undefined || passkeys > 0, totp: totp !== undefined, passkeys, recoveryCodes }
    },

    async enrolment(subject, context, now) {
      const account = (await store.accounts.bySubject(subject)) ?? refuse('access_denied', 'the account no longer exists')
      const passkey = await passkeyCreation(deps, account, context, now)
      return { person: shown(account), totp: offerTotp(deps, account, context, now), passkey }
    },

    passkeyRequest: (ask, now) => passkeyRequest(deps, ask, now),

    async checkPassword({ login, password, otp, address }, now) {
      const completed = await signInWithoutPage(deps, { login, address, device: undefined }, { password, otp }, now)
      return completed && !completed.account.passwordIsTemporary ? completed.proof : undefined
    },

    failedSignIn: (login) => failedSignIn(deps, login, 'password_grant'),

    async signOut(ids) {
      const hashes = ids.flatMap((id) => hashOf(tokens, id))
      const ended = hashes.length > 0 ? await store.sessions.end({ hashes }) : []
      return ended.flatMap(({ clients }) => clients)
    },
  }
}

function hashOf(tokens: Tokens, id: string): string[] {
  const hash = tokens.hash('ss', id)
  return hash === undefined ? [] : [hash]
}

function sessionOf({ sid, subject, authTime, acr, amr }: SessionRow, account: Account, id: string): Session {
  const requiredAction = account.passwordIsTemporary ? ('new-password' as const) : undefined
  return { id, sid, subject, authTime, acr, amr, requiredAction, ...shown(account) }
}

/** How an account is displayed to its owner. */
export function shown(account: Account): { name: string; detail: string | undefined } {
  const { claims, username, email } = account
  const name = typeof claims['name'] === 'string' ? claims['name'] : loginOf(account)
  const detail = email ?? username
  return { name, detail: detail === name ? undefined : detail }
}
