/** Says that the session has ended, and links back — OpenID Connect RP-Initiated Logout §3. */
import type { Pages } from '../../protocol/request-reply.ts'
import { emblem, logoOf, ownEmblem } from './emblem.ts'
import { fill, html } from './html.ts'
import type { PageContext, View } from './layout.ts'
import { named } from './names.ts'
import { cspSource, destination } from './urls.ts'

const words = {
  title: 'You are signed out',
  lead: 'Your {tenant} session in this browser has ended.',
  stayedTitle: 'You are still signed in',
  stayedLead: 'Your {tenant} session in this browser goes on.',
  close: 'You can close this window.',
  back: 'Back to {application}',
  go: 'Continue',
  account: 'Your account',
  frame: 'Signing out of an application',
}

/** When every frame has loaded or failed, or after three seconds. */
const goOn = html`(function () {
  var link = document.getElementById('continue')
  function go() {
    if (link) location.replace(link.href)
    link = null
  }
  addEventListener('load', go)
  setTimeout(go, 3000)
})()`

export function signedOut({ application, to, stayed, frames = [] }: Pages['signed-out'], look: PageContext): View {
  const title = stayed ? words.stayedTitle : words.title
  const framed = frames.flatMap(framedBy)
  const label = application ? fill(words.back, { application: named(application.name) }) : words.go
  return {
    title: html`${title}`,
    images: application && logoOf(application)?.source,
    ...(framed.length > 0 && { frames: [...new Set(framed.map(({ source }) => source))] }),
    ...(framed.length > 0 && to !== undefined && { script: goOn }),
    body: html`<header>${application ? emblem(application) : ownEmblem()}
<h1>${title}</h1>
<p class="lead">${fill(stayed ? words.stayedLead : words.lead, { tenant: named(look.tenant) })}</p>
</header>
${to === undefined ? html`<p class="note">${words.close}</p>${look.account && html`<div class="ways-out"><a id="account" href="${look.base}/account">${words.account}</a></div>`}` : html`<a id="continue" class="button" href="${destination(to)}">${label}</a>`}
${framed.map(({ url }) => html`<iframe hidden src="${url}" sandbox="allow-scripts allow-same-origin" title="${words.frame}"></iframe>\n`)}`,
  }
}

/** Nothing where the policy of the page cannot name the address. */
function framedBy(url: string): { url: string; source: string } | [] {
  const source = cspSource(url)
  return source === undefined ? [] : { url, source }
}
