/** Second factors and passkeys on the account page, to look at. */
import type { AccountPageContext, Content } from '../../src/web/pages/account/layout.ts'
import { type PasskeysPage, passkeysPage } from '../../src/web/pages/account/passkeys.ts'
import { type SecondFactorsPage, secondFactorsPage } from '../../src/web/pages/account/second-factors.ts'
import type { View } from '../../src/web/pages/layout.ts'
import { passkeyScript } from '../../src/web/pages/passkey.ts'

const at = { base: '/t/acme', sid: 's1' }
const confirm = '/t/acme/authorize?max_age=300'

/** Second factors and passkeys: none yet, some, to be confirmed first, and of someone who means harm. */
export function factorSamples(
  section: (name: string, content: Content, where?: AccountPageContext) => View,
  { attack, context, hostile }: { attack: string; context: AccountPageContext; hostile: AccountPageContext },
): Record<string, View> {
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
  const offer = { secret, uri: `otpauth://totp/Acme:ada?secret=${secret}`, draft: 'd' }
  const none: SecondFactorsPage = {
    ...at,
    ...{ zone: 'Europe/London', since: undefined, any: false, recoveryCodes: 0, offer, wrongCode: false, confirm: undefined },
  }
  const some = { ...none, since: 1_763_000_000, any: true, recoveryCodes: 7 }
  const factors = (page: SecondFactorsPage, where = context) => {
    const problem = page.wrongCode ? 'The code is not right.' : undefined
    return section('second-factors', { title: 'Second factors', problem, focused: page.wrongCode, body: secondFactorsPage(page) }, where)
  }
  const items = [
    { id: 'one', name: 'Work laptop', synced: false, createdAt: 1_763_000_000, lastUsedAt: 1_763_500_000 },
    { id: 'two', name: 'Synced passkey', synced: true, createdAt: 1_763_100_000, lastUsedAt: undefined },
  ]
  const options = JSON.stringify({
    challenge: 'eA',
    rp: { name: 'Acme' },
    user: { id: 'eA', name: 'a', displayName: 'a' },
    pubKeyCredParams: [],
  })
  const keys = (page: Partial<PasskeysPage>, where = context) => {
    const accepted = JSON.stringify({ rpId: 'localhost', userId: 'eA', allAcceptedCredentialIds: ['eA'] })
    const all = { ...at, zone: 'Europe/London', items, offer: options, confirm, accepted, unknown: undefined, ...page }
    return section('passkeys', { title: 'Passkeys', body: passkeysPage(all), ...(all.offer && { script: passkeyScript }) }, where)
  }
  const long = attack + 'W'.repeat(200)
  return {
    'account-second-factors-none': factors(none),
    'account-second-factors': factors(some),
    'account-second-factors-wrong': factors({ ...some, wrongCode: true }),
    'account-second-factors-confirm': factors({ ...some, confirm }),
    'hostile-account-second-factors': factors(
      { ...none, offer: { secret: attack, uri: `otpauth://totp/${attack}`, draft: attack } },
      hostile,
    ),
    'account-passkeys-none': keys({ items: [] }),
    'account-passkeys': keys({}),
    'account-passkeys-confirm': keys({ offer: undefined }),
    'hostile-account-passkeys': keys({ items: [{ ...items[0]!, id: attack, name: long }] }, hostile),
  }
}
