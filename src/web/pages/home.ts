/** The front page: in production a way in, in development mode a way to begin. */
import { ownEmblem } from './emblem.ts'
import { html } from './html.ts'
import type { View } from './layout.ts'
import { named } from './names.ts'

const words = {
  signIn: 'Sign in',
  account: 'Your account',
  running: 'Gatehouse is running',
  mode: 'Development mode at {issuer}',
  demo: 'Try the demo application',
  api: 'API reference',
  mails: 'Sent mail',
  token: 'Your first token',
  tokenLead: 'Run this in a terminal:',
  next: 'Next steps',
  discovery: 'Settings for your library',
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

export interface HomePage {
  issuer: string
  base: string
  tenant: string
  /** Whether there is an account page. */
  account: boolean
  signedIn: boolean
  development: Development | undefined
}

export function homeView(page: HomePage): View {
  return page.development ? developmentView(page, page.development) : tenantView(page)
}

function tenantView({ base, tenant, account, signedIn }: HomePage): View {
  return {
    title: html`${words.signIn}`,
    body: html`<header>${ownEmblem()}
<h1>${named(tenant)}</h1>
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
<nav class="ways" aria-label="${words.next}"><ul>
${account && html`<li><a id="account" href="${base}/account">${words.account}</a></li>`}
${docs && html`<li><a id="api" href="${base}/docs">${words.api}</a></li>`}
${mails && html`<li><a id="mails" href="${base}/mails">${words.mails}</a></li>`}
<li><a id="discovery" href="${base}/.well-known/openid-configuration">${words.discovery}</a></li>
</ul></nav>
<section class="details" aria-labelledby="token"><h2 id="token">${words.token}</h2>
<p>${words.tokenLead}</p>
<pre id="curl" tabindex="0"><code>${curl}</code></pre></section>`,
  }
}
