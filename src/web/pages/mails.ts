/** Development mode: the mail that was not really sent, newest first. */
import { badge } from './emblem.ts'
import { type Html, html } from './html.ts'
import { envelope } from './icons.ts'
import type { View } from './layout.ts'
import { plain } from './names.ts'

const words = {
  title: 'Sent mail',
  lead: 'In development mode, mail is not delivered. It is shown here and stored in the data folder.',
  none: 'No mail has been sent since the server started.',
  to: 'To',
  home: 'Back to the start page',
}

/** A mail in development mode. */
export interface SentMail {
  to: string
  subject: string
  text: string
}

export function mailsView({ base, issuer, mails }: { base: string; issuer: string; mails: readonly SentMail[] }): View {
  return {
    title: html`${words.title}`,
    body: html`<header>${badge(envelope)}
<h1>${words.title}</h1>
<p class="lead">${words.lead}</p>
</header>
${mails.length === 0 && html`<p class="note" id="none">${words.none}</p>`}
${mails.map(
  ({ to, subject, text }) => html`<section class="details mail"><h2>${plain(subject)}</h2>
<p class="to">${words.to} ${plain(to)}</p>
<p class="text">${withLinks(text, issuer)}</p></section>
`,
)}
<div class="ways-out"><a id="home" href="${base}/">${words.home}</a></div>`,
  }
}

/** Only addresses of this server become links. */
function withLinks(text: string, issuer: string): Html[] {
  const parts = text.split(/(https?:\/\/[^\s<>"]+)/)
  return parts.map((part) => (part.startsWith(`${issuer}/`) ? html`<a href="${part}">${part}</a>` : html`${part}`))
}
