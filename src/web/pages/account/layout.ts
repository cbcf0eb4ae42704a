/** The layout of every account page: the person, the menu, the last result — WCAG 2.2 §2.4.1, §2.4.8. */
import { personCard } from '../emblem.ts'
import { type Html, html } from '../html.ts'
import { check, chevron, mark, warning } from '../icons.ts'
import type { View } from '../layout.ts'
import { named } from '../names.ts'

const words = {
  menu: 'Your account',
  person: 'Signed in as',
  switch: 'Switch account',
  signOut: 'Sign out',
  home: 'Your account',
  problem: 'Problem: {title}',
}

/** The page and its account. */
export interface AccountPageContext {
  /** Path of the issuer. */
  base: string
  tenant: string
  /** Name of the section; undefined in the overview. */
  current: string | undefined
  sections: readonly { name: string; title: string; summary: string }[]
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
  script?: Html
  /** What was just done. */
  notice?: string | undefined
  /** What was not done, because a sign-in was required first. */
  undone?: string | undefined
  /** Why the action was refused. */
  problem?: string | undefined
}

export function accountView(page: AccountPageContext, { title, body, images, script, notice, undone, problem }: Content): View {
  const { base, current } = page
  return {
    title: html`${problem === undefined ? title : words.problem.replace('{title}', title)}`,
    shape: 'account',
    images,
    ...(script && { script }),
    forms: "'self'",
    body: html`<div class="bar"><a id="home" class="brand" href="${base}/account">${mark}<span>${named(page.tenant)}</span></a>
<section class="me" aria-label="${words.person}">${personCard(page.person)}</section>
<div class="ways"><a id="switch" href="${page.switchAccount}">${words.switch}</a>${
      page.signOut && html`<a id="sign-out" href="${base}/logout">${words.signOut}</a>`
    }</div></div>
<nav class="menu" aria-label="${words.menu}"><ul>
${page.sections.map(
  ({ name, title }) =>
    html`<li><a id="to-${name}" href="${base}/account/${name}"${name === current && html` aria-current="page"`}>${title}</a></li>\n`,
)}</ul></nav>
<article>
${current !== undefined && html`<a id="back" class="back" href="${base}/account">${chevron}${words.home}</a>`}
<h1>${title}</h1>
${notice !== undefined && html`<p id="notice" class="notice" role="status">${check}<span>${notice}</span></p>`}
${undone !== undefined && html`<p id="undone" class="notice" role="status">${warning}<span>${undone}</span></p>`}
${problem !== undefined && html`<p id="problem" class="problem" role="alert" tabindex="-1" autofocus>${warning}<span>${problem}</span></p>`}
${body}
</article>`,
  }
}
