/** The layout of every account page: the person, the menu, the last result — WCAG 2.2 §2.4.1, §2.4.8. */
import { type Brand, personCard, tenantEmblem } from '../emblem.ts'
import { type Html, html } from '../html.ts'
import { check, chevron, warning } from '../icons.ts'
import type { View } from '../layout.ts'
import { named } from '../names.ts'
import { pageScript } from '../page-script.ts'
import { problemNote } from '../problem.ts'

const words = {
  menu: 'Your account',
  person: 'Signed in as',
  switch: 'Switch account',
  signOut: 'Sign out',
  home: 'Your account',
  problem: 'Problem: {title}',
}

/** Sections that belong together. */
export interface SectionGroup<S = { name: string; title: string }> {
  heading: string
  sections: readonly S[]
}

/** The page and its account. */
export interface AccountPageContext extends Brand {
  /** Path of the issuer. */
  base: string
  /** Name of the section; undefined in the overview. */
  current: string | undefined
  groups: readonly SectionGroup[]
  person: { name: string; detail: string | undefined }
  /** Address at which another account can be chosen. */
  switchAccount: string
  /** Whether there is a page to sign out at. */
  signOut: boolean
}

/** The content of the page. */
export interface Content {
  title: string
  body: Html
  images?: string | undefined
  script?: Html | readonly Html[] | undefined
  /** A field of the body has the focus. */
  focused?: boolean
  /** What was just done. */
  notice?: string | undefined
  /** What was not done, because a sign-in was required first. */
  undone?: string | undefined
  /** Why the action was refused. */
  problem?: string | undefined
}

export function accountView(page: AccountPageContext, content: Content): View {
  const { base, current } = page
  const { title, body, images, script = pageScript, focused = false, notice, undone, problem } = content
  return {
    title: html`${problem === undefined ? title : words.problem.replace('{title}', title)}`,
    shape: 'account',
    images,
    script,
    forms: "'self'",
    banner: bannerOf(page),
    body: html`<nav class="menu" aria-label="${words.menu}">
${page.groups.map(
  ({ heading, sections }) => html`<h2>${heading}</h2>
<ul>
${sections.map(
  ({ name, title }) =>
    html`<li><a id="to-${name}" href="${base}/account/${name}"${name === current && html` aria-current="page"`}>${title}</a></li>\n`,
)}</ul>
`,
)}</nav>
<article>
${current !== undefined && html`<a id="back" class="back" href="${base}/account">${chevron}${words.home}</a>`}
<h1>${title}</h1>
${notice !== undefined && html`<p id="notice" class="notice" role="status">${check}<span>${notice}</span></p>`}
${undone !== undefined && html`<p id="undone" class="notice" role="status">${warning}<span>${undone}</span></p>`}
${problemNote(problem, { focus: !focused })}
${body}
</article>`,
  }
}

function bannerOf({ base, tenant, logo, person, switchAccount, signOut }: AccountPageContext): Html {
  return html`<a id="home" class="brand" href="${base}/account">${tenantEmblem({ tenant, logo })}<span class="tenant">${named(tenant)}</span></a>
<section class="me" aria-label="${words.person}">${personCard(person)}</section>
<div class="ways"><a id="switch" href="${switchAccount}">${words.switch}</a>${signOut && html`<a id="sign-out" href="${base}/logout">${words.signOut}</a>`}</div>`
}
