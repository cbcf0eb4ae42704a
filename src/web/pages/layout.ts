/** The document around every page — HTML Living Standard §4.2, WCAG 2.2 §1.3.1, §2.4.2, §3.1.1. */
import { readFileSync } from 'node:fs'
import { type Brand, tenantEmblem } from './emblem.ts'
import { Html, html } from './html.ts'
import { favicon, mark } from './icons.ts'
import { named, plain } from './names.ts'

/** What the pages of one response share. */
export interface PageContext extends Brand {
  /** Path prefix of the issuer: empty or like `/t/acme`. */
  base: string
  /** One per response, of characters that need no escaping in a header. */
  nonce: string
  /** Whether a forgotten password can be reset by email. */
  recovery: boolean
  /** Whether self-registration is open. */
  signUp: boolean
  /** Whether there is an account page. */
  account: boolean
  /** To find the cause of a refusal: the id of the request in the log, and its time in seconds since 1970. */
  request?: { id: string; time: number }
  /** Refusals show how to mend them. */
  help?: boolean
}

/** A page before it has its document and its policy. */
export interface View {
  /** Text only. */
  title: Html
  body: Html
  /** At the top, in place of the tenant's name. */
  banner?: Html
  head?: Html
  /** How the page is laid out; a card in the middle when absent. */
  shape?: 'account' | 'docs'
  /** Sources that must be allowed in the policy; absent: none. */
  images?: string | undefined
  /** Origins that its frames may show; absent: it has none. */
  frames?: readonly string[]
  /** Where its forms may post to; absent: it has none. `anywhere`: the client's callback may itself redirect to other sites. */
  forms?: "'self'" | 'anywhere'
  /** Runs once the document is there. */
  script?: Html | readonly Html[] | undefined
}

const style = new Html(readFileSync(new URL('./style.css', import.meta.url), 'utf8'))
const styleOf = {
  account: new Html(readFileSync(new URL('./account/account.css', import.meta.url), 'utf8')),
  docs: new Html(readFileSync(new URL('./docs/docs.css', import.meta.url), 'utf8')),
}

/** The whole document. */
export function layout(view: View, look: PageContext): string {
  return html`<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<title>${view.title}${' – '}${plain(look.tenant)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" media="(prefers-color-scheme: light)" content="#f4f6f5">
<meta name="theme-color" media="(prefers-color-scheme: dark)" content="#0d1210">
<meta name="robots" content="noindex">
<link rel="icon" href="${favicon}">
${view.head}
<style nonce="${look.nonce}">${style}${view.shape && styleOf[view.shape]}</style>
</head>
<body${view.shape && html` class="${view.shape}"`}>
<header class="banner">${view.banner ?? html`<span class="brand">${tenantEmblem(look)}<span class="tenant">${named(look.tenant)}</span></span>`}</header>
<main>
${view.body}
</main>
<footer>${mark}<span class="maker">Gatehouse</span></footer>
${view.script && html`<script nonce="${look.nonce}">${view.script}</script>`}
</body>
</html>
`.text
}
