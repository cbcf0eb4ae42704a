/** The parties of a sign-in: the application's logo, a person's initials. */
import type { Application, Person } from '../../protocol/request-reply.ts'
import { type Html, html } from './html.ts'
import { mark } from './icons.ts'
import { address, initials, named, plain, tint } from './names.ts'
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

/** What the page is about, where no application is involved. `tone`: of a page that refuses. */
export function badge(icon: Html, tone: 'own' | 'alarm' = 'own'): Html {
  return html`<div class="emblem ${tone}" aria-hidden="true">${icon}</div>`
}

/** Ours. */
export function ownEmblem(): Html {
  return badge(mark)
}

/** The tenant's: its initials. */
export function tenantEmblem(name: string): Html {
  return plain(name) === 'Gatehouse'
    ? ownEmblem()
    : html`<div class="emblem tint-${tint(name)}" aria-hidden="true"><span>${letters(name)}</span></div>`
}

/** The other side of a sign-in: the application, or the tenant for its own account page. */
export function party(application: Application, { tenant }: { tenant: string }): { emblem: Html; name: Html; title: string } {
  return application.own
    ? { emblem: tenantEmblem(tenant), name: html`your account`, title: 'your account' }
    : { emblem: emblem(application), name: named(application.name), title: plain(application.name) }
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
