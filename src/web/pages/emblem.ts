/** The parties of a sign-in: the application's logo, a person's initials. */
import type { Application, Person } from '../../protocol/request-reply.ts'
import { type Html, html } from './html.ts'
import { mark } from './icons.ts'
import { address, initials, named, tint } from './names.ts'
import { cspSource, webUrl } from './urls.ts'

/** A logo that may be displayed: its address, and the source that the policy must allow for it. */
export function logoOf(application: Application): { url: string; source: string } | undefined {
  const url = webUrl(application.logoUri)
  const source = url && cspSource(url)
  return url && source ? { url, source } : undefined
}

/** The application's logo, or its initials when it has none or the logo does not load. */
export function emblem(application: Application): Html {
  const logo = logoOf(application)
  const face = logo
    ? html`<img src="${logo.url}" alt="" data-letters="${initials(application.name)}" referrerpolicy="no-referrer">`
    : html`<span>${letters(application.name)}</span>`
  return html`<div class="emblem tint-${tint(application.name)}" aria-hidden="true">${face}</div>`
}

/** Ours, where no application is involved. */
export function ownEmblem(): Html {
  return html`<div class="emblem own" aria-hidden="true">${mark}</div>`
}

/** Initials, name and detail of a person. */
export function personCard(person: Omit<Person, 'sid'>): Html {
  return html`<span class="avatar tint-${tint(person.name)}" aria-hidden="true">${letters(person.name)}</span>
      <span class="who"><span class="name">${named(person.name)}</span>${
        person.detail && html` <span class="detail">${address(person.detail)}</span>`
      }</span>`
}

function letters(name: string): Html | string {
  return initials(name) || mark
}
