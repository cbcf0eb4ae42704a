/** The front page: in production a way in, in development mode a way to begin. */
import { type Brand, ownEmblem, tenantEmblem } from './emblem.ts'
import { type Html, html } from './html.ts'
import { chevron } from './icons.ts'
import type { View } from './layout.ts'
import { named } from './names.ts'

const words = {
  signIn: 'Sign in',
  account: 'Your account',
  lead: 'Sign in to look after your account.',
  welcome: 'You are signed in.',
  accountLead: 'Profile, password, second factors',
  running: 'Gatehouse is running',
  mode: 'Development mode at {issuer}',
  demo: 'Try the demo application',
  api: 'API reference',
  apiLead: 'The JSON APIs, to read and to try',
  mails: 'Sent mail',
  mailsLead: 'Links and notices, not really sent',
  token: 'Your first token',
  tokenLead: 'Run this in a terminal:',
  next: 'Next steps',
  discovery: 'Settings for your library',
  discoveryLead: 'The discovery document',
}

/** What development mode offers. */
export interface Development {
  /** Address of the demo application, if it runs. */
  application: string | undefined
  /** Client ID and secret for the first token. */
  machine: { id: string; secret: string }
  docs: boolean
  mails: boolean
}

export interface HomePage extends Brand {
  issuer: string
  base: string
  /** Whether there is an account page. */
  account: boolean
  signedIn: boolean
  development: Development | undefined
}

export function homeView(page: HomePage): View {
  return page.development ? developmentView(page, page.development) : tenantView(page)
}

function tenantView({ base, tenant, logo, account, signedIn }: HomePage): View {
  return {
    title: html`${words.signIn}`,
    body: html`<header>${tenantEmblem({ tenant, logo })}
<h1>${named(tenant)}</h1>
${account && html`<p class="lead">${signedIn ? words.welcome : words.lead}</p>`}
</header>
${account && html`<a id="account" class="button" href="${base}/account">${signedIn ? words.account : words.signIn}</a>`}`,
  }
}

function developmentView({ base, issuer, account }: HomePage, { application, machine, docs, mails }: Development): View {
  const curl = `curl ${issuer}/token \\\n  -u ${machine.id}:${machine.secret} \\\n  -d grant_type=client_credentials \\\n  | node -p 'JSON.parse(fs.readFileSync(0))'`
  return {
    title: html`${words.running}`,
    body: html`<header>${ownEmblem()}
<h1>${words.running}</h1>
<p class="lead">${words.mode.replace('{issuer}', issuer)}</p>
</header>
${application !== undefined && html`<a id="demo" class="button" href="${application}">${words.demo}</a>`}
<nav class="way-on" aria-label="${words.next}"><ul class="rows">
${account && way('account', `${base}/account`, words.account, words.accountLead)}
${docs && way('api', `${base}/docs`, words.api, words.apiLead)}
${mails && way('mails', `${base}/mails`, words.mails, words.mailsLead)}
${way('discovery', `${base}/.well-known/openid-configuration`, words.discovery, words.discoveryLead)}
</ul></nav>
<section class="details" aria-labelledby="token"><h2 id="token">${words.token}</h2>
<p>${words.tokenLead}</p>
<pre id="curl" tabindex="0"><code>${curl}</code></pre></section>`,
  }
}

function way(id: string, href: string, name: string, detail: string): Html {
  return html`<li><a id="${id}" class="row" href="${href}"><span class="who"><span class="name">${name}</span> <span class="detail">${detail}</span></span>${chevron}</a></li>`
}
