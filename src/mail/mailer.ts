/** How mail is sent: through a server — RFC 5321, RFC 3207 — or, in development, into a folder. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SendMailOptions } from 'nodemailer'
import type { Mail, Mailer } from '../identity/links.ts'
import { renderMail } from './templates.ts'

/** Loaded with the first mail: most runs of this program send none. */
const mailer = () => import('nodemailer')

/** No mail of ours includes a file or remote content. */
const closed = { disableFileAccess: true, disableUrlAccess: true }

/** `url`: `smtp://USER:PASSWORD@HOST:PORT` or `smtps://…`. To other hosts only over TLS with a valid certificate. */
export function smtpMailer({ url, from }: { url: string; from: string }): Mailer {
  const { hostname } = new URL(url)
  const requireTLS = !['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  const timeouts = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 }
  const opened = once(async () => (await mailer()).createTransport({ url, requireTLS, ...timeouts, ...closed }))
  return {
    async send(mail) {
      const transport = await opened()
      await transport.sendMail(mailOf(mail, from))
    },
  }
}

interface FolderOptions {
  folder: string
  from: string
  /** For the file name. */
  id(): string
  tell(text: string): void
}

/** A mail as the page of development mode shows it. */
export interface SentMail {
  to: string
  subject: string
  text: string
}

/** How many mails that page shows. */
const keptMails = 50

/** Writes each mail to a file that mail programs open, readable only by its owner, and logs its text. `sent`: the last ones, newest first. */
export function folderMailer({ folder, from, id, tell }: FolderOptions): Mailer & { sent(): readonly SentMail[] } {
  let sent: readonly SentMail[] = []
  const opened = once(async () => (await mailer()).createTransport({ streamTransport: true, buffer: true, ...closed }))
  return {
    async send(mail) {
      const transport = await opened()
      const { message } = await transport.sendMail(mailOf(mail, from))
      const { subject, text } = renderMail(mail)
      sent = [{ to: mail.to, subject, text }, ...sent].slice(0, keptMails)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const path = join(folder, `${mail.kind}-${id()}.eml`)
      await writeFile(path, message as Buffer, { mode: 0o600 })
      tell(`mail to ${mail.to}, stored as ${path}\n\n${text}`)
    },
    sent: () => sent,
  }
}

function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined
  return () => {
    opened ??= open()
    return opened
  }
}

/** Addresses are passed in parts, so that nothing in them is parsed as a second one. */
function mailOf(mail: Mail, from: string): SendMailOptions {
  const { subject, text, html } = renderMail(mail)
  return {
    from: { name: mail.from, address: from },
    to: { name: '', address: mail.to },
    subject,
    text,
    html,
    headers: { 'Auto-Submitted': 'auto-generated' }, // RFC 3834 §5
  }
}
