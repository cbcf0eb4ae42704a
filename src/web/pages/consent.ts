/** Where a person allows or denies an application's request — RFC 6749 §4.1.1 (C), OpenID Connect Core §3.1.2.4. */
import { isLoopback } from '../../protocol/redirect-uri.ts'
import type { Application, Comparison, ConsentItem, Pages, ScopeLine } from '../../protocol/request-reply.ts'
import { detailText } from './detail.ts'
import { emblem, logoOf, personCard } from './emblem.ts'
import { fill, type Html, html, type Value } from './html.ts'
import { check, dot, drawer, face, screen, warning } from './icons.ts'
import type { PageContext, View } from './layout.ts'
import { address, host, named, plain } from './names.ts'
import { webUrl } from './urls.ts'

const words = {
  title: '{application} asks for access',
  lead: 'to your {tenant} account',
  person: 'Signed in as',
  notYou: 'Not you?',
  fresh: 'It will be able to',
  identity: 'Who you are',
  data: 'Your data',
  writes: 'can change it',
  known: 'Already allowed',
  details: 'It asks you to allow exactly this',
  knownDetails: 'You have allowed exactly this already',
  nothing: 'It asks for nothing except that you sign in.',
  policy: 'Privacy policy',
  terms: 'Terms of service',
  newTab: '(opens in a new tab)',
  compare: 'Does your device show this code?',
  message: 'Were you shown or told this text?',
  waiting: 'It waits for your answer on another device',
  disown: 'This was not me',
  place: 'The request came from {address}.',
  phishing: 'Allow it only if you started this yourself, on a device in front of you. Nobody will ever ask you to do it for them.',
  unexpected: 'Allow it only if you expected it, and know what it is for.',
  allow: 'Allow',
  deny: 'Don’t allow',
  unproven: 'Nobody here has used this application before, and nobody has checked who runs it.',
  host: 'It is published by {host}. Nobody here has checked its name.',
  loopback: 'It runs on this device, where any other program could pretend to be it. Allow it only if you have just started it yourself.',
  next: 'You will return to {place}, which learns your answer.',
}

export function consent(data: Pages['consent'], look: PageContext): View {
  const { application, person } = data
  const known = data.scopes.filter((scope) => scope.known)
  const fresh = data.scopes.filter((scope) => !scope.known)
  const { details = [] } = data
  const allowed = details.filter(({ known, eachTime }) => known && !eachTime)
  return {
    title: fill(words.title, { application: plain(application.name) }),
    images: logoOf(application)?.source,
    forms: "'self'",
    body: html`<header>${emblem(application)}
<h1>${fill(words.title, { application: named(application.name) })}</h1>
<p class="lead">${fill(words.lead, { tenant: named(look.tenant) })}</p>
${application.host !== undefined && html`<p id="client-host" class="site">${fill(words.host, { host: host(application.host) })}</p>`}
${site(application)}
</header>
<section class="person" aria-label="${words.person}">${personCard(person)}<a id="not-you" href="${look.base}/authorize/continue?flow=${encodeURIComponent(data.flow)}&amp;choose=1">${words.notYou}</a></section>
${data.comparison && comparisonOf(data.comparison)}
${data.unproven && html`<p id="unproven" class="problem">${warning}<span>${words.unproven}</span></p>`}
${application.host !== undefined && isLoopback(data.to) && html`<p id="loopback" class="problem">${warning}<span>${words.loopback}</span></p>`}
${scopeList('fresh', words.fresh, fresh, dot)}
${scopeList('known', words.known, known, check)}
${detailList(
  'details',
  words.details,
  details.filter((one) => !allowed.includes(one)),
  dot,
)}
${detailList('known-details', words.knownDetails, allowed, check)}
${data.scopes.length === 0 && details.length === 0 && html`<p>${words.nothing}</p>`}
<form id="consent" method="post" action="${look.base}/authorize/consent">
<input type="hidden" name="flow" value="${data.flow}">
<input type="hidden" name="sid" value="${person.sid}">
<div class="answers"><button id="allow" class="primary" name="answer" value="allow">${words.allow}</button>
<button id="deny" name="answer" value="deny">${words.deny}</button>
${data.comparison?.kind === 'message' && html`<button id="disown" name="answer" value="disown">${words.disown}</button>`}</div>
</form>
${!data.comparison && html`<p class="note">${fill(words.next, { place: placeOf(data.to) ?? named(application.name) })}</p>`}
${papers(application)}`,
  }
}

/** What tells a person whether this is their own device. RFC 8628 §5.4 */
function comparisonOf(comparison: Comparison): Html {
  const { heading, shown, advice } = comparison.kind === 'code' ? codeOf(comparison.code) : messageOf(comparison.message)
  return html`<section class="comparison" aria-labelledby="compare"><h2 id="compare">${heading}</h2>
${shown}
<p>${fill(words.place, { address: address(comparison.address) })} ${advice}</p></section>`
}

function codeOf(code: string) {
  return { heading: words.compare, shown: html`<p id="user-code" class="user-code">${code}</p>`, advice: words.phishing }
}

/** CIBA Core §7.1 */
function messageOf(message: string | undefined) {
  if (message === undefined) return { heading: words.waiting, shown: undefined, advice: words.unexpected }
  return {
    heading: words.message,
    shown: html`<p id="binding-message" class="binding-message"><bdi>${message}</bdi></p>`,
    advice: words.unexpected,
  }
}

/** RFC 9396 §3 */
function detailList(id: string, heading: string, details: readonly ConsentItem[], mark: Html): Html | undefined {
  if (details.length === 0) return undefined
  return html`<section class="scopes ${id}" aria-labelledby="${id}"><h2 id="${id}">${heading}</h2>
<ul>${details.map((detail) => html`<li>${mark}<span>${detailText(detail)}</span></li>`)}</ul></section>`
}

/** The host it leads to; an app on this device has none. */
function placeOf(to: string): Html | undefined {
  return webUrl(to) === undefined ? undefined : host(new URL(to).host)
}

function scopeList(id: string, heading: string, scopes: readonly ScopeLine[], mark: Html): Html | undefined {
  if (scopes.length === 0) return undefined
  return html`<section class="scopes ${id}" aria-labelledby="${id}"><h2 id="${id}">${heading}</h2>
${groupsOf(scopes).map(
  ({ icon, title, lines }) => html`<h3>${icon}<span>${title}</span></h3>
<ul>${lines.map((scope) => html`<li>${mark}<span><bdi>${scope.description || scope.name}</bdi>${writes(scope) && html` <span class="tag writes">${words.writes}</span>`}</span></li>`)}</ul>`,
)}</section>`
}

/** The standard scopes that tell who somebody is. OpenID Connect Core §5.4 */
const identity = ['openid', 'profile', 'email', 'address', 'phone']

/** Who the person is, data about them at this server, then each API. */
function groupsOf(scopes: readonly ScopeLine[]): { icon: Html; title: Value; lines: readonly ScopeLine[] }[] {
  const { identity: who = [], data = [] } = Object.groupBy(
    scopes.filter(({ api }) => api === undefined),
    ({ name }) => (identity.includes(name) ? 'identity' : 'data'),
  )
  const apis = Map.groupBy(
    scopes.filter(({ api }) => api !== undefined),
    ({ api }) => api as string,
  )
  return [
    { icon: face, title: words.identity, lines: who },
    { icon: drawer, title: words.data, lines: data },
    ...[...apis].map(([api, lines]) => ({ icon: screen, title: named(api), lines })),
  ].filter(({ lines }) => lines.length > 0)
}

/** Names of scopes tell it by custom; no specification does. */
function writes({ name }: ScopeLine): boolean {
  return /(?:^|[^a-z])(?:write|create|add|update|edit|modify|change|delete|remove|manage|admin|send|full)(?:$|[^a-z])/i.test(name)
}

function site(application: Application): Html | undefined {
  const url = webUrl(application.clientUri)
  return url === undefined ? undefined : html`<p class="site">${outside('site', url, new URL(url).host)}</p>`
}

function papers(application: Application): Html | undefined {
  const policy = webUrl(application.policyUri)
  const terms = webUrl(application.tosUri)
  if (policy === undefined && terms === undefined) return undefined
  return html`<p class="papers">${policy && outside('policy', policy, words.policy)} ${terms && outside('terms', terms, words.terms)}</p>`
}

function outside(id: string, url: string, text: Value): Html {
  return html`<a id="${id}" href="${url}" target="_blank" rel="noopener noreferrer">${text}<span class="unseen"> ${words.newTab}</span></a>`
}
