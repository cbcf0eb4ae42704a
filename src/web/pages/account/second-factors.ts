/** Where a person sets up or removes an authenticator app, and gets new recovery codes — NIST SP 800-63B-4 §4.1; WCAG 2.2 §3.3.4. */
import type { TotpOffer } from '../../../protocol/request-reply.ts'
import { type Html, html } from '../html.ts'
import { moment } from '../time.ts'
import { totpForm } from '../totp-offer.ts'
import { card, confirmFirst, type FormContext, form, riskCard } from './parts.ts'

const words = {
  app: 'Authenticator app',
  none: 'With an authenticator app on your phone, somebody who learns your password still cannot sign in.',
  since: 'Your app was set up',
  another: 'Replace it',
  remove: 'Remove the app',
  removed: 'You sign in without its codes from then on.',
  codes: 'Recovery codes',
  what: 'Each lets you in once if you lose your other second factors.',
  left: 'Codes left: ',
  later: 'You get them with your first second factor.',
  renew: 'Create new codes',
  old: 'The old ones stop working.',
}

export interface SecondFactorsPage extends FormContext {
  /** Time zone of the person, if it is known. */
  zone: unknown
  /** When the app was set up; undefined: there is no app. */
  since: number | undefined
  /** Whether there is any second factor. */
  any: boolean
  recoveryCodes: number
  offer: TotpOffer
  wrongCode: boolean
  /** Where to sign in again first; undefined: the sign-in is recent. */
  confirm: string | undefined
}

export function secondFactorsPage(page: SecondFactorsPage): Html {
  const { base, sid, zone, since, any, recoveryCodes, offer, wrongCode, confirm } = page
  const context = { base, sid, section: 'second-factors' }
  const setUp = totpForm(offer, {
    form: 'second-factors-add-app',
    action: `${base}/account/second-factors/add-app`,
    hidden: html`<input type="hidden" name="sid" value="${sid}">`,
    problem: wrongCode ? '' : undefined,
  })
  const app =
    since === undefined
      ? html`<p>${words.none}</p>${confirm === undefined && setUp}`
      : html`<p>${words.since} ${moment(since, zone)}.</p>
${confirm === undefined && html`<details class="other-way start"${wrongCode && html` open`}><summary id="another">${words.another}</summary>${setUp}</details>`}`
  const remove =
    since !== undefined &&
    confirm === undefined &&
    riskCard(
      words.remove,
      html`<p>${words.removed}</p>`,
      form({ ...context, act: 'remove-app', body: html`<button id="remove-app" class="danger">${words.remove}</button>` }),
    )
  const renew =
    any &&
    confirm === undefined &&
    form({ ...context, act: 'new-codes', body: html`<p class="hint">${words.old}</p><button id="new-codes">${words.renew}</button>` })
  return html`${confirm !== undefined && confirmFirst(confirm)}
${card(words.app, app)}
${card(words.codes, html`<p>${words.what} ${any ? html`${words.left}<strong id="codes-left">${recoveryCodes}</strong>.` : words.later}</p>`, renew)}
${remove}`
}
