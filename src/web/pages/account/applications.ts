/** The applications of an account, each with what it may do, in words. */
import type { DetailWords } from '../../../protocol/detail-words.ts'
import type { Application } from '../../../protocol/request-reply.ts'
import { detailText } from '../detail.ts'
import { emblem } from '../emblem.ts'
import { fill, type Html, html } from '../html.ts'
import { check } from '../icons.ts'
import { host, named, plain } from '../names.ts'
import { moment } from '../time.ts'
import { webUrl } from '../urls.ts'
import { card, emptyCard, type FormContext, form } from './parts.ts'

const words = {
  list: 'Applications with access to your account',
  none: 'No application has access to your account.',
  since: 'Allowed',
  used: 'last used',
  host: 'Published by {host}',
  returns: 'An administrator has allowed it for everybody: it gets access again when you next sign in to it.',
  open: 'Open {application}',
  remove: 'Remove access',
}

export interface ApplicationsPage extends FormContext {
  /** Time zone of the person, if it is known. */
  zone: unknown
  items: readonly {
    id: string
    application: Application
    /** Whether it is allowed again without asking. */
    returns: boolean
    /** Where a sign-in to it starts. */
    start: string | undefined
    createdAt: number
    usedAt: number | undefined
    scopes: readonly string[]
    details: readonly DetailWords[]
  }[]
}

export function applicationsPage({ base, sid, zone, items }: ApplicationsPage): Html {
  if (items.length === 0) return emptyCard(words.none)
  const context = { base, sid, section: 'applications', act: 'remove' }
  return card(
    words.list,
    html`<ul class="items">${items.map(
      ({ id, application, returns, start, createdAt, usedAt, scopes, details }) =>
        html`<li>${emblem(application)}<div class="who"><span class="name">${named(application.name)}</span>
<span class="detail">${words.since} ${moment(createdAt, zone)}${usedAt !== undefined && html`; ${words.used} ${moment(usedAt, zone)}`}</span>
${application.host !== undefined && html`<span class="detail">${fill(words.host, { host: host(application.host) })}</span>`}
${scopes.length > 0 && html`<ul class="scopes">${scopes.map((scope) => html`<li>${check}<span><bdi>${scope}</bdi></span></li>`)}</ul>`}
${details.length > 0 && html`<ul class="scopes">${details.map((detail) => html`<li>${check}<span>${detailText(detail)}</span></li>`)}</ul>`}
${webUrl(start) !== undefined && html`<p><a class="button" href="${webUrl(start)}">${fill(words.open, { application: named(application.name) })}</a></p>`}
${returns && html`<p class="hint">${words.returns}</p>`}</div>
${form({ ...context, body: html`<button name="grant" value="${id}" aria-label="${words.remove}: ${plain(application.name)}">${words.remove}</button>` })}</li>\n`,
    )}</ul>`,
  )
}
