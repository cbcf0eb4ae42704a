/** Confirms that something is done, when there is no flow to return to. */
import type { Pages } from '../../protocol/request-reply.ts'
import { badge } from './emblem.ts'
import { type Html, html } from './html.ts'
import { check, envelope, screen } from './icons.ts'
import type { PageContext, View } from './layout.ts'

const words = {
  'mail-sent': {
    title: 'Check your mail',
    lead: 'If the account exists and has an email address, we have sent it a link. It works once, within one hour.',
    note: 'No mail after a few minutes? Check your spam folder, then try again.',
  },
  'sign-up-mail-sent': {
    title: 'Check your mail',
    lead: 'We have sent a mail to your address. Follow the link in it to finish: it works once, within one day.',
    note: 'No mail after a few minutes? Check your spam folder, then try again.',
  },
  'signed-up': {
    title: 'Your account is ready',
    lead: 'You can sign in with your address and your password from now on.',
    note: 'Go back to the application you came from. You can close this window.',
  },
  'password-set': {
    title: 'Your password is saved',
    lead: 'You can sign in with it from now on.',
    note: 'Go back to the application you came from. You can close this window.',
  },
  'email-confirmed': {
    title: 'Your email address is confirmed',
    lead: 'It belongs to your account now.',
    note: 'You can close this window.',
  },
  'device-allowed': {
    title: 'Your device is connected',
    lead: 'It continues within a few seconds.',
    note: 'You can close this window.',
  },
  'device-refused': {
    title: 'The device gets no access',
    lead: 'Nothing was allowed.',
    note: 'You can close this window.',
  },
  'request-allowed': {
    title: 'You have allowed the request',
    lead: 'The application continues within a few seconds.',
    note: 'You can close this window.',
  },
  'request-refused': {
    title: 'The request is refused',
    lead: 'Nothing was allowed.',
    note: 'You can close this window.',
  },
  back: 'Back to sign in',
  goOn: 'Go on to sign in',
  account: 'Your account',
}

export function done({ what, flow }: Pages['done'], look: PageContext): View {
  const { title, lead, note } = words[what]
  const back = flow === undefined ? undefined : `${look.base}/authorize/continue?flow=${encodeURIComponent(flow)}`
  return {
    title: html`${title}`,
    body: html`<header>${badge(iconOf(what))}
<h1 id="${what}">${title}</h1>
<p class="lead">${lead}</p>
</header>
${(back === undefined || what !== 'password-set') && html`<p class="note">${note}</p>`}
${look.account && !back && what !== 'mail-sent' && html`<div class="ways-out"><a id="account" href="${look.base}/account">${words.account}</a></div>`}
${back !== undefined && (what === 'password-set' ? html`<a id="back" class="button" href="${back}">${words.goOn}</a>` : html`<div class="ways-out"><a id="back" href="${back}">${words.back}</a></div>`)}`,
  }
}

function iconOf(what: Pages['done']['what']): Html {
  if (what.endsWith('mail-sent')) return envelope
  return what.startsWith('device-') ? screen : check
}
