/** The content of mails, as text and as HTML — RFC 5322, RFC 2046 §5.1.4. */
import type { Mail } from '../identity/links.ts'
import { fill } from '../web/pages/html.ts'
import { plain } from '../web/pages/names.ts'
import { momentText } from '../web/pages/time.ts'
import { mailDocument } from './document.ts'

export interface MailContent {
  subject: string
  text: string
  html: string
}

interface Template {
  subject: string
  lead: string
  /** Label of the button; absent where nothing can be done. */
  go?: string
  end: string
}

const notMe = 'It was not me: choose a new password'
const signsOut =
  'If it was you, there is nothing to do. A new password signs out everything that is signed in to your account; tell the people who run {tenant}, too.'

/** Beneath a notice: when and where it was done. */
const facts = { at: 'When', device: 'Device', address: 'Network address' }

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
    go: notMe,
    end: signsOut,
  },
  'email-changed': {
    subject: 'Your email address for {tenant} was changed',
    lead: 'Your account {username} at {tenant} has another email address now. Mails no longer come to this one.',
    end: 'If that was not you, tell the people who run {tenant} at once.',
  },
  'factor-added': {
    subject: 'A second factor was added to your account at {tenant}',
    lead: 'From now on you sign in to your account {username} at {tenant} with a second factor that was just set up.',
    go: notMe,
    end: signsOut,
  },
  'factor-removed': {
    subject: 'A second factor was removed from your account at {tenant}',
    lead: 'A second factor of your account {username} at {tenant} was just removed. It can no longer be used to sign in.',
    go: notMe,
    end: signsOut,
  },
  'recovery-codes-renewed': {
    subject: 'New recovery codes for your account at {tenant}',
    lead: 'New recovery codes were just made for your account {username} at {tenant}. The old ones no longer work.',
    go: notMe,
    end: signsOut,
  },
  'recovery-code-used': {
    subject: 'A recovery code was used at {tenant}',
    lead: 'Somebody, most likely you, signed in to your account {username} at {tenant} with a recovery code. Recovery codes left: {left}.',
    go: notMe,
    end: signsOut,
  },
  'data-downloaded': {
    subject: 'Your data at {tenant} was downloaded',
    lead: 'All that {tenant} keeps about your account {username} was just downloaded on your account page.',
    go: notMe,
    end: signsOut,
  },
  'account-deleted': {
    subject: 'Your account at {tenant} is deleted',
    lead: 'Your account {username} at {tenant} was just deleted on your account page, with everything that belonged to it.',
    end: 'If that was not you, tell the people who run {tenant} at once.',
  },
}

/** The content of a mail. Names cannot add lines or markup. */
export function renderMail(mail: Mail): MailContent {
  const { kind, username, from, logo, link, left, application } = mail
  const { subject, lead, go, end } = templates[kind]
  const values = {
    tenant: plain(from),
    username: plain(username),
    application: application === undefined ? undefined : plain(application),
    lifetime: link?.lifetime === undefined ? undefined : inWords(link.lifetime),
    left: left === undefined ? undefined : String(left),
  }
  const lines = factsOf(mail)
  const text = [lead, lines.join('\n') || undefined, go && link && `${go}:\n${link.url}`, end].filter((part) => part !== undefined)
  const action = go !== undefined && link ? { label: go, url: link.url } : undefined
  return {
    subject: written(subject, values),
    text: `${text.map((part) => written(part, values)).join('\n\n')}\n`,
    html: mailDocument({
      tenant: from,
      logo,
      title: fill(subject, values),
      lead: fill(lead, values),
      facts: lines,
      action,
      end: fill(end, values),
    }),
  }
}

function factsOf({ at, zone, place }: Mail): string[] {
  const known = { at: at === undefined ? undefined : momentText(at, zone), device: place?.device, address: place?.address }
  return Object.entries(facts).flatMap(([name, label]) => {
    const value = known[name as keyof typeof known]
    return value === undefined ? [] : [`${label}: ${value}`]
  })
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
