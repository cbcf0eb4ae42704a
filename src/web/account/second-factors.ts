/** The authenticator app and the recovery codes of an account — NIST SP 800-63B-4 §4.1, §4.2. */

import { removeTotp } from '../../identity/factors.ts'
import { renewRecoveryCodes } from '../../identity/recovery-codes.ts'
import { confirmTotp, offerTotp, sameTotp } from '../../identity/totp.ts'
import { isoTime } from '../http/iso-time.ts'
import { secondFactorsPage } from '../pages/account/second-factors.ts'
import { confirmUrl } from './client.ts'
import { counted } from './counted.ts'
import { lastOne, shownOnce } from './last-factor.ts'
import type { AccountRequest, Outcome, Section } from './section.ts'

const contextOf = ({ session }: AccountRequest) => `account ${session.sid}`

const wrong = 'The code is not right. Please type the one the app shows now.'

async function addApp(accountRequest: AccountRequest): Promise<Outcome> {
  const { tenant, request, account } = accountRequest
  const [draft, code] = [request.params.get('draft') ?? '', request.params.get('code') ?? '']
  const codes = await confirmTotp(
    tenant.signIn,
    account,
    { context: contextOf(accountRequest), draft, code, onlyFirst: false },
    tenant.ctx.now(),
  )
  if (!codes) return { refused: { problem: wrong, faults: { code: wrong } } }
  if (codes === 'refused') return { refused: { problem: 'Your account was changed in the meantime.', status: 409 } }
  return codes.length === 0 ? { done: 'added' } : shownOnce(accountRequest, codes, 'second-factors')
}

async function removeApp(accountRequest: AccountRequest): Promise<Outcome> {
  const refused = await lastOne(accountRequest)
  if (refused) return { refused }
  const removed = await removeTotp(accountRequest.tenant.signIn, accountRequest.account)
  return removed ? { done: 'removed' } : { refused: { problem: 'There is no authenticator app.', status: 404 } }
}

async function newCodes(accountRequest: AccountRequest): Promise<Outcome> {
  const codes = await renewRecoveryCodes(accountRequest.tenant.signIn, accountRequest.account)
  return codes
    ? shownOnce(accountRequest, codes, 'second-factors')
    : { refused: { problem: 'Recovery codes come with a second factor. Set one up first.' } }
}

export const secondFactors: Section = {
  name: 'second-factors',
  title: 'Second factors',
  summary: 'What you verify in addition to your password',
  async show(accountRequest, refused) {
    const { tenant, request, session, account, fresh } = accountRequest
    const { signIn, ctx } = tenant
    const { totp, passkeys, recoveryCodes } = await signIn.store.factors.of(account.subject)
    const draft = refused?.act === 'add-app' ? request.params.get('draft') : undefined
    const [context, now] = [contextOf(accountRequest), ctx.now()]
    const offer = draft === undefined ? offerTotp(signIn, account, context, now) : sameTotp(signIn, account, context, draft, now)
    const confirm = confirmUrl(accountRequest, 'second-factors')
    return {
      body: secondFactorsPage({
        base: tenant.base,
        sid: session.sid,
        zone: account.claims['zoneinfo'],
        since: totp?.createdAt,
        any: totp !== undefined || passkeys > 0,
        recoveryCodes,
        offer,
        wrongCode: draft !== undefined,
        confirm: fresh ? undefined : confirm,
      }),
    }
  },
  async state({ tenant, account }) {
    const { totp, passkeys, recoveryCodes } = await tenant.signIn.store.factors.of(account.subject)
    const on = [totp && 'Authenticator app', passkeys > 0 && counted(passkeys, 'passkey')].filter((one) => typeof one === 'string')
    if (on.length === 0) return { text: 'Off: whoever learns your password can sign in', open: true }
    return { text: [...on, `${counted(recoveryCodes, 'recovery code')} left`].join(', '), open: recoveryCodes === 0 }
  },
  async personalData({ tenant, account }) {
    const { totp, recoveryCodes } = await tenant.signIn.store.factors.of(account.subject)
    return { second_factors: { authenticator_app: totp ? { since: isoTime(totp.createdAt) } : null, recovery_codes: recoveryCodes } }
  },
  actions: {
    'add-app': { sensitive: true, audit: 'user.factor-add', factor: 'totp', run: addApp },
    'remove-app': { sensitive: true, audit: 'user.factor-remove', factor: 'totp', run: removeApp },
    'new-codes': { sensitive: true, audit: 'user.recovery-codes', run: newCodes },
  },
  notices: {
    added: 'Your authenticator app is set up. You are asked for its code when you sign in.',
    removed: 'Your authenticator app is removed.',
  },
}
