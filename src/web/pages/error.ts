/** A request that can neither proceed nor return to its application — RFC 6749 §4.1.2.1. */
import type { Pages } from '../../protocol/request-reply.ts'
import { isoTime } from '../http/iso-time.ts'
import { badge } from './emblem.ts'
import { fill, type Html, html, type Value } from './html.ts'
import { warning } from './icons.ts'
import type { PageContext, View } from './layout.ts'
import { named } from './names.ts'
import { webUrl } from './urls.ts'

const words = {
  title: 'We can’t continue',
  notFound: 'Page not found',
  theirs: 'Go back to the application you came from and start again from there.',
  ours: 'The problem is on our side. Wait a moment, then go back to the application you came from and start again.',
  wrongAddress: 'There is nothing at this address. Check it for typing errors, or begin at the start page.',
  oldLink: 'A link in a mail works once, and not for ever.',
  notSignedOut: 'You are not signed out. You can still do it here.',
  newLink: 'Ask for a new link',
  signUp: 'Sign up again',
  signOut: 'Sign out',
  back: 'Back to {application}',
  again: 'If it happens again, send these details to its support.',
  details: 'Details',
  code: 'Error',
  status: 'Status',
  description: 'Meaning',
  request: 'Request',
  time: 'Time',
  cure: 'To fix it',
  home: 'Start page',
}

export function error(data: Pages['error'], look: PageContext): View {
  const { code, description, status, cure } = data
  const notFound = code === 'not_found'
  const title = notFound ? words.notFound : words.title
  const { lead, way } = wayOf(data, look)
  return {
    title: html`${title}`,
    body: html`<header>${badge(warning, 'alarm')}
<h1>${title}</h1>
<p class="lead">${lead}</p>
</header>
${way}
${
  look.help &&
  cure !== undefined &&
  html`<section class="details" aria-labelledby="cure-title"><h2 id="cure-title">${words.cure}</h2>
<pre id="cure" tabindex="0"><code>${cure}</code></pre></section>`
}
<section class="details" aria-labelledby="details"><h2 id="details">${words.details}</h2>
<dl><div><dt>${words.description}</dt><dd id="error-description">${description}</dd></div>
<div><dt>${words.code}</dt><dd><code id="error-code">${code}</code></dd></div>
<div><dt>${words.status}</dt><dd>${status}</dd></div>
${
  look.request &&
  html`<div><dt>${words.request}</dt><dd><code id="request-id">${look.request.id}</code></dd></div>
<div><dt>${words.time}</dt><dd><time>${isoTime(look.request.time)}</time></dd></div>`
}</dl></section>
${
  !notFound &&
  html`<p class="note">${words.again}</p>
<div class="ways-out"><a id="home" href="${look.base}/">${words.home}</a></div>`
}`,
  }
}

/** What the person can do now. A fault of ours has no other way than to try again. */
function wayOf({ code, status, wayOn, application }: Pages['error'], look: PageContext): { lead: string; way: Html | undefined } {
  const { base } = look
  const back = webUrl(application?.url)
  if (code === 'not_found') return { lead: words.wrongAddress, way: button('home', `${base}/`, words.home) }
  if (status >= 500) return { lead: words.ours, way: undefined }
  if (wayOn === 'new-link' && look.recovery)
    return { lead: words.oldLink, way: button('new-link', `${base}/forgot-password`, words.newLink) }
  if (wayOn === 'sign-up' && look.signUp && look.account)
    return { lead: words.oldLink, way: button('sign-up-again', `${base}/account`, words.signUp) }
  if (wayOn === 'sign-out') return { lead: words.notSignedOut, way: button('sign-out', `${base}/logout`, words.signOut) }
  const name = application && named(application.name)
  return { lead: words.theirs, way: back === undefined ? undefined : button('application', back, fill(words.back, { application: name })) }
}

function button(id: string, href: string, label: Value): Html {
  return html`<a id="${id}" class="button" href="${href}">${label}</a>`
}
