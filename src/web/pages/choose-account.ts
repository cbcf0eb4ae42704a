/** Where a person chooses among the accounts signed in in this browser — OpenID Connect Core §3.1.2.1, `prompt=select_account`. */
import type { Pages } from '../../protocol/request-reply.ts'
import { logoOf, party, personCard } from './emblem.ts'
import { fill, html } from './html.ts'
import { chevron, plus } from './icons.ts'
import type { PageContext, View } from './layout.ts'

const words = {
  title: 'Choose an account',
  lead: 'to go on to {application}',
  another: 'Use another account',
  cancel: 'Cancel',
}

export function chooseAccount(data: Pages['choose-account'], look: PageContext): View {
  const { application } = data
  const { emblem, name, title } = party(application, look)
  return {
    title: html`${words.title} ${fill(words.lead, { application: title })}`,
    images: logoOf(application)?.source,
    forms: "'self'",
    body: html`<header>${emblem}
<h1>${words.title}</h1>
<p class="lead">${fill(words.lead, { application: name })}</p>
</header>
<form id="choose-account" method="post" action="${look.base}/authorize/choose-account">
<input type="hidden" name="flow" value="${data.flow}">
<ul class="rows">
${data.accounts.map((person) => html`<li><button class="row" name="sid" value="${person.sid}">${personCard(person)}${chevron}</button></li>\n`)}
<li><button id="another" class="row" name="sid" value=""><span class="avatar empty" aria-hidden="true">${plus}</span><span class="who">${words.another}</span></button></li>
</ul>
</form>
<div class="ways-out">
<form method="post" action="${look.base}/authorize/cancel"><input type="hidden" name="flow" value="${data.flow}"><button id="cancel" class="quiet">${words.cancel}</button></form>
</div>`,
  }
}
