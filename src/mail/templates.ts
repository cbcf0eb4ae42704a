/** The content of mails, as text and as HTML without images or style sheets — RFC 5322, RFC 2046 §5.1.4. */
import type { Mail } from '../identity/links.ts'
import { fill, type Html, html } from '../web/pages/html.ts'
import { plain } from '../web/pages/names.ts'

export interface MailContent {
  subject: string
  text: string
  html: string
}

interface Template {
  subject: string
  lead: string
  /** Label of the button; absent in notices. */
  go?: string
  end: string
}

const templates: Readonly<Record<Mail['kind'], Template>> = {
  reset: {
    subject: 'Choose a new password for {tenant}',
    lead: 'Somebody, most likely you, asked for a new password for your account {username} at {tenant}.',
    go: 'Choose a new password',
    end: 'The link works once, within {lifetime}. If you did not ask for it, do nothing: your password stays as it is.',
  },
  invitation: {
    subject: 'Your account at {tenant}',
    lead: 'An account at {tenant} was made for you. You sign in as {username}, with a password that you choose now.',
    go: 'Choose your password',
    end: 'The link works once, within {lifetime}. If you do not know what this is about, do nothing.',
  },
  approval: {
    subject: '{application} asks for your approval at {tenant}',
    lead: 'Somebody who uses {application} asks you to approve a request with your account {username} at {tenant}. On the page you see what it is for, and can refuse it.',
    go: 'See the request',
    end: 'It waits for {lifetime}. If you did not start this yourself, follow the link and say that it was not you, or do nothing: nothing is allowed without you.',
  },
  verification: {
    subject: 'Confirm your email address for {tenant}',
    lead: 'Please confirm that this is the email address of your account {username} at {tenant}.',
    go: 'Confirm the address',
    end: 'The link works once, within {lifetime}. If you have no such account, do nothing.',
  },
  'sign-up': {
    subject: 'Finish your sign-up at {tenant}',
    lead: 'Somebody, most likely you, asked for an account at {tenant} with this email address. You will sign in as {username}.',
    go: 'Finish the sign-up',
    end: 'The link works once, within {lifetime}. If that was not you, do nothing: no account is made.',
  },
  'sign-up-again': {
    subject: 'You already have an account at {tenant}',
    lead: 'Somebody, most likely you, tried to sign up at {tenant} with this email address. You already have an account here, and sign in as {username}.',
    go: 'If you forgot your password, choose a new one',
    end: 'If that was not you, do nothing: your account stays as it is, and the person who tried was not told that it exists.',
  },
  'email-change': {
    subject: 'Confirm your new email address for {tenant}',
    lead: 'Please confirm that this shall be the email address of your account {username} at {tenant}.',
    go: 'Confirm the new address',
    end: 'The link works once, within {lifetime}. If you have no such account, do nothing: the address will not be used.',
  },
  connection: {
    subject: 'Connect your {application} account at {tenant}',
    lead: 'Somebody, most likely you, has just used an account at {application} with this address to sign in at {tenant}. If you connect it, you sign in to your account {username} with it from now on.',
    go: 'Connect the account',
    end: 'The link works once, within {lifetime}, and only in the browser in which you tried to sign in. If that was not you, do nothing: nothing is connected.',
  },
  'password-changed': {
    subject: 'Your password for {tenant} was changed',
    lead: 'The password of your account {username} at {tenant} was just changed, and everything that was signed in with it is signed out.',
    end: 'If that was not you, ask for a new password on the sign-in page at once, and tell the people who run {tenant}.',
  },
  'email-changed': {
    subject: 'Your email address for {tenant} was changed',
    lead: 'Your account {username} at {tenant} has another email address now. Mails no longer come to this one.',
    end: 'If that was not you, tell the people who run {tenant} at once.',
  },
  'factor-added': {
    subject: 'A second factor was added to your account at {tenant}',
    lead: 'From now on you sign in to your account {username} at {tenant} with a second factor that was just set up.',
    end: 'If that was not you, ask for a new password on the sign-in page at once, and tell the people who run {tenant}.',
  },
  'factor-removed': {
    subject: 'A second factor was removed from your account at {tenant}',
    lead: 'A second factor of your account {username} at {tenant} was just removed. It can no longer be used to sign in.',
    end: 'If that was not you, ask for a new password on the sign-in page at once, and tell the people who run {tenant}.',
  },
  'recovery-code-used': {
    subject: 'A recovery code was used at {tenant}',
    lead: 'Somebody, most likely you, signed in to your account {username} at {tenant} with a recovery code. Recovery codes left: {left}.',
    end: 'If that was not you, ask for a new password on the sign-in page at once, and tell the people who run {tenant}.',
  },
  'data-downloaded': {
    subject: 'Your data at {tenant} was downloaded',
    lead: 'All that {tenant} keeps about your account {username} was just downloaded on your account page.',
    end: 'If that was not you, change your password at once, and tell the people who run {tenant}.',
  },
  'account-deleted': {
    subject: 'Your account at {tenant} is deleted',
    lead: 'Your account {username} at {tenant} was just deleted on your account page, with everything that belonged to it.',
    end: 'If that was not you, tell the people who run {tenant} at once.',
  },
}

/** The content of a mail. Names cannot add lines or markup. */
export function renderMail({ kind, username, from, link, left, application }: Mail): MailContent {
  const { subject, lead, go, end } = templates[kind]
  const values = {
    tenant: plain(from),
    username: plain(username),
    application: application === undefined ? undefined : plain(application),
    lifetime: link?.lifetime === undefined ? undefined : inWords(link.lifetime),
    left: left === undefined ? undefined : String(left),
  }
  const text = [lead, go && link && `${go}:\n${link.url}`, end].filter((part) => part !== undefined)
  return {
    subject: written(subject, values),
    text: `${text.map((part) => written(part, values)).join('\n\n')}\n`,
    html: document(fill(subject, values), [
      html`<p>${fill(lead, values)}</p>`,
      go && link && html`<p><a href="${link.url}" style="${button}">${go}</a></p><p>${link.url}</p>`,
      html`<p>${fill(end, values)}</p>`,
    ]),
  }
}

const button =
  'display:inline-block;padding:12px 20px;border-radius:10px;background:#1a6b57;color:#ffffff;font-weight:600;text-decoration:none'

function document(title: Html, body: readonly (Html | undefined | '')[]): string {
  return html`<!doctype html>
<html lang="en" dir="ltr"><head><meta charset="utf-8"><title>${title}</title></head>
<body style="font-family:system-ui,sans-serif;font-size:16px;line-height:1.5;max-width:34em;margin:24px auto;padding:0 16px">
${body.map((part) => html`${part || undefined}\n`)}</body></html>
`.text
}

/** As `fill`, for plain text. */
function written(sentence: string, values: Readonly<Record<string, string | undefined>>): string {
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')
}

/** Seconds in words. */
function inWords(seconds: number): string {
  const [size, unit] = seconds >= 86_400 ? [86_400, 'day'] : seconds >= 3600 ? [3600, 'hour'] : [60, 'minute']
  const n = Math.ceil(seconds / size)
  return n === 1 ? `one ${unit}` : `${n} ${unit}s`
}
