/** How mail leaves the house: through a server — RFC 5321, RFC 3207 — or, in development, into a folder. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SendMailOptions } from 'nodemailer'
import type { Mail, Mailer } from '../identity/links.ts'
import { renderMail } from './templates.ts'

/** Loaded when the first mail leaves: few starts of this server come to send one. */
const mailer = () => import('nodemailer')

/** No letter of ours names a file or address to take in. */
const closed = { disableFileAccess: true, disableUrlAccess: true }

/** `url`: `smtp://USER:PASSWORD@HOST:PORT` or `smtps://…`. Beyond this machine only over TLS, with a certificate that is good. */
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

/** Keeps each mail as a file that mail programs open, readable by its owner only, and tells its text. `id`: for the name of the file. */
export function folderMailer({ folder, from, id, tell }: { folder: string; from: string; id(): string; tell(text: string): void }): Mailer {
  const opened = once(async () => (await mailer()).createTransport({ streamTransport: true, buffer: true, ...closed }))
  return {
    async send(mail) {
      const transport = await opened()
      const { message } = await transport.sendMail(mailOf(mail, from))
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const path = join(folder, `${mail.kind}-${id()}.eml`)
      await writeFile(path, message as Buffer, { mode: 0o600 })
      tell(`mail to ${mail.to}, kept as ${path}\n\n${renderMail(mail).text}`)
    },
  }
}

function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined
  return () => {
    opened ??= open()
    return opened
  }
}

/** Addresses are given in parts, so that nothing in them is read as a second one. */
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
