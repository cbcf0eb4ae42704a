/** The parties of a sign-in: the application's logo, a person's initials. */
import type { Application, Person } from '../../protocol/request-reply.ts'
import { type Html, html } from './html.ts'
import { mark } from './icons.ts'
import { address, initials, named, plain, tint } from './names.ts'
import { cspSource, webUrl } from './urls.ts'

/** A logo that may be displayed: its address, and the source that the policy must allow for it. */
export function pictureOf(address: string | undefined): { url: string; source: string } | undefined {
  const url = webUrl(address)
  const source = url && cspSource(url)
  return url && source ? { url, source } : undefined
}

export function logoOf(application: Application): ReturnType<typeof pictureOf> {
  return pictureOf(application.logoUri)
}

/** The application's logo, or its initials when it has none or the logo does not load. */
export function emblem({ name, logoUri }: Pick<Application, 'name' | 'logoUri'>): Html {
  const logo = pictureOf(logoUri)
  const face = logo
    ? html`<img src="${logo.url}" alt="" data-letters="${initials(name)}" referrerpolicy="no-referrer">`
    : html`<span>${letters(name)}</span>`
  return html`<div class="emblem tint-${tint(name)}" aria-hidden="true">${face}</div>`
}

/** What the page is about, where no application is involved. `tone`: of a page that refuses. */
export function badge(icon: Html, tone: 'own' | 'alarm' = 'own'): Html {
  return html`<div class="emblem ${tone}" aria-hidden="true">${icon}</div>`
}

/** Ours. */
export function ownEmblem(): Html {
  return badge(mark)
}

/** A tenant as its pages show it. */
export interface Brand {
  /** Its name. */
  tenant: string
  /** Address of its logo. */
  logo?: string | undefined
}

/** The tenant's: its logo or initials. */
export function tenantEmblem({ tenant, logo }: Brand): Html {
  return logo === undefined && plain(tenant) === 'Gatehouse' ? ownEmblem() : emblem({ name: tenant, logoUri: logo })
}

/** The other side of a sign-in: the application, or the tenant for its own account page. */
export function party(application: Application, brand: Brand): { emblem: Html; name: Html; title: string } {
  return application.own
    ? { emblem: tenantEmblem(brand), name: html`your account`, title: 'your account' }
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
