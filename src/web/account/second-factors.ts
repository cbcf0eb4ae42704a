/** The authenticator app and the recovery codes of an account — NIST SP 800-63B-4 §4.1, §4.2. */
import { removeTotp } from '../../identity/factors.ts'
import { renewRecoveryCodes } from '../../identity/recovery-codes.ts'
import { confirmTotp, offerTotp, sameTotp } from '../../identity/totp.ts'
import { loginOf } from '../../identity/types.ts'
import { stamp } from '../http/iso-time.ts'
import { secondFactorsPage } from '../pages/account/second-factors.ts'
import { wayIn } from './client.ts'
import { lastOne, shownOnce } from './last-factor.ts'
import type { Outcome, Section, Visit } from './section.ts'

const placeOf = ({ session }: Visit) => `account ${session.sid}`

async function addApp(visit: Visit): Promise<Outcome> {
  const { room, request, account } = visit
  const [draft, code] = [request.params.get('draft') ?? '', request.params.get('code') ?? '']
  const codes = await confirmTotp(room.signIn, account, { place: placeOf(visit), draft, code, onlyFirst: false }, room.ctx.now())
  if (!codes) return { refused: { problem: 'The code is not right. Please type the one the app shows now.' } }
  if (codes === 'refused') return { refused: { problem: 'Your account was changed meanwhile.', status: 409 } }
  return codes.length === 0 ? { done: 'added' } : shownOnce(visit, codes, 'second-factors')
}

async function removeApp(visit: Visit): Promise<Outcome> {
  const refused = await lastOne(visit)
  if (refused) return { refused }
  const removed = await removeTotp(visit.room.signIn, visit.account)
  return removed ? { done: 'removed' } : { refused: { problem: 'There is no authenticator app any more.', status: 404 } }
}

async function newCodes(visit: Visit): Promise<Outcome> {
  const codes = await renewRecoveryCodes(visit.room.signIn, visit.account.subject)
  return codes
    ? shownOnce(visit, codes, 'second-factors')
    : { refused: { problem: 'Recovery codes come with a second factor. Set one up first.' } }
}

export const secondFactors: Section = {
  name: 'second-factors',
  title: 'Second factors',
  summary: 'What you show beside your password',
  async show(visit, refused) {
    const { room, request, session, account, fresh } = visit
    const { signIn, ctx } = room
    const { totp, passkeys, recoveryCodes } = await signIn.store.factors.of(account.subject)
    const draft = refused?.act === 'add-app' ? request.params.get('draft') : undefined
    const [place, now] = [placeOf(visit), ctx.now()]
    const offer = draft === undefined ? offerTotp(signIn, account, place, now) : sameTotp(signIn, account, place, draft, now)
    const confirm = wayIn(ctx, { state: 'second-factors', purpose: 'confirm', loginHint: loginOf(account) })
    return {
      body: secondFactorsPage({
        base: room.base,
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
  async kept({ room, account }) {
    const { totp, recoveryCodes } = await room.signIn.store.factors.of(account.subject)
    return { second_factors: { authenticator_app: totp ? { since: stamp(totp.createdAt) } : null, recovery_codes: recoveryCodes } }
  },
  acts: {
    'add-app': { sensitive: true, audit: 'user.factor-add', run: addApp },
    'remove-app': { sensitive: true, audit: 'user.factor-remove', run: removeApp },
    'new-codes': { sensitive: true, audit: 'user.recovery-codes', run: newCodes },
  },
  notices: {
    added: 'Your authenticator app is set up. You are asked for its code when you sign in.',
    removed: 'Your authenticator app is removed.',
  },
}
