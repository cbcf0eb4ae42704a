/** The passkeys of an account: adding, naming and removing them — Web Authentication Level 3 §7.1. */

import { acceptedPasskeys, confirmPasskey, passkeyCreation, removePasskey, renamePasskey, unknownPasskey } from '../../identity/passkeys.ts'
import { isoTime } from '../http/iso-time.ts'
import { passkeysPage } from '../pages/account/passkeys.ts'
import { pageScript } from '../pages/page-script.ts'
import { passkeyScript } from '../pages/passkey.ts'
import { confirmUrl } from './client.ts'
import { counted } from './counted.ts'
import { lastOne, shownOnce } from './last-factor.ts'
import type { AccountRequest, Outcome, Refused, Section } from './section.ts'

const contextOf = ({ session }: AccountRequest) => `account ${session.sid}`
const gone: Refused = { problem: 'This passkey no longer exists.', status: 404 }

async function add(accountRequest: AccountRequest): Promise<Outcome> {
  const { tenant, request, account } = accountRequest
  const [response, name] = [request.params.get('response') ?? '', request.params.get('name') ?? '']
  const made = await confirmPasskey(
    tenant.signIn,
    account,
    { context: contextOf(accountRequest), response, name, onlyFirst: false },
    tenant.ctx.now(),
  )
  if (!made) return { refused: { problem: 'That did not work. Nothing was added. Please try again.' } }
  if (made === 'refused') return { refused: { problem: 'This passkey is in use already, or you have too many passkeys.', status: 409 } }
  return made.codes.length === 0 ? { done: 'added' } : shownOnce(accountRequest, made.codes, 'passkeys')
}

async function rename({ tenant, request, account }: AccountRequest): Promise<Outcome> {
  const outcome = await renamePasskey(tenant.signIn, account.subject, request.params.need('passkey'), request.params.get('name') ?? '')
  if (outcome === 'unnamed') return { refused: { problem: 'A passkey needs a name.' } }
  return outcome === 'renamed' ? { done: 'renamed' } : { refused: gone }
}

async function remove(accountRequest: AccountRequest): Promise<Outcome> {
  const { tenant, request, account } = accountRequest
  const refused = await lastOne(accountRequest)
  if (refused) return { refused }
  return (await removePasskey(tenant.signIn, account, request.params.need('passkey'))) ? { done: 'removed' } : { refused: gone }
}

export const passkeys: Section = {
  name: 'passkeys',
  title: 'Passkeys',
  summary: 'Sign in with a passkey instead of a password',
  async show(accountRequest, refused) {
    const { tenant, request, session, account, fresh } = accountRequest
    const { signIn, ctx } = tenant
    const items = await signIn.store.passkeys.of(account.subject)
    const offer = fresh ? await passkeyCreation(signIn, account, contextOf(accountRequest), ctx.now()) : undefined
    const confirm = confirmUrl(accountRequest, 'passkeys')
    const unknown = refused?.act === 'add' ? await unknownPasskey(signIn, request.params.get('response') ?? '') : undefined
    const accepted = acceptedPasskeys(signIn, account.subject, items)
    const page = { base: tenant.base, sid: session.sid, zone: account.claims['zoneinfo'], items, offer, confirm, unknown, accepted }
    return { body: passkeysPage(page), script: [passkeyScript, pageScript] }
  },
  async state({ tenant, account }) {
    const { length } = await tenant.signIn.store.passkeys.of(account.subject)
    return { text: length === 0 ? 'None yet: sign in with your fingerprint, your face or a PIN' : counted(length, 'passkey') }
  },
  async personalData({ tenant, account }) {
    const all = await tenant.signIn.store.passkeys.of(account.subject)
    return {
      passkeys: all.map(({ id, name, synced, backedUp, createdAt, lastUsedAt }) => ({
        ...{ id, name, synced, backed_up: backedUp, created_at: isoTime(createdAt) },
        last_used_at: lastUsedAt === undefined ? null : isoTime(lastUsedAt),
      })),
    }
  },
  actions: {
    // Whether the sign-in is recent is judged when the challenge is made: a passkey refused afterwards would stay on the device.
    add: { sensitive: false, audit: 'user.factor-add', factor: 'passkey', run: add },
    rename: { sensitive: true, audit: 'user.factor-rename', run: rename },
    remove: { sensitive: true, audit: 'user.factor-remove', factor: 'passkey', run: remove },
  },
  notices: {
    added: 'The passkey is added. You can sign in with it from now on.',
    renamed: 'The passkey is renamed.',
    removed: 'The passkey is removed. You may want to remove it from your device, too.',
  },
}
