/** A real SMTP server that takes every mail and keeps it for the test. */
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

export interface Mail {
  /** As the server received it. */
  recipients: readonly string[]
  subject: string
  text: string
  html: string
  raw: string
}

export interface MailSink {
  url: string
  /** The next mail, when it comes. */
  next(): Promise<Mail>
  /** From now on it answers every mail with this code; undefined: it takes them. */
  refuse(code: number | undefined): void
  /** How many mails it has answered so far, taken or not. */
  answered(): number
  /** How many came that nobody has asked for. */
  waiting(): number
  close(): Promise<void>
}

/** `refuse`: at first it answers every mail with this code. */
export async function mailSink({ refuse }: { refuse?: number } = {}): Promise<MailSink> {
  let refusal = refuse
  let answered = 0
  const mails: Mail[] = []
  const readers: ((mail: Mail) => void)[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onData(stream, session, done) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        answered++
        if (refusal) return done(Object.assign(new Error('not today'), { responseCode: refusal }))
        const raw = Buffer.concat(parts).toString('utf8')
        const mail = { ...parsed(raw), recipients: session.envelope.rcptTo.map(({ address }) => address) }
        const reader = readers.shift()
        if (reader) reader(mail)
        else mails.push(mail)
        done()
      })
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  server.server.unref() // a test that fails does not hold its process
  const { port } = server.server.address() as AddressInfo
  return {
    url: `smtp://127.0.0.1:${port}`,
    next: () => new Promise((resolve) => (mails.length > 0 ? resolve(mails.shift() as Mail) : readers.push(resolve))),
    refuse(code) {
      refusal = code
    },
    answered: () => answered,
    waiting: () => mails.length,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

/** Of a message with a text and an HTML part. */
export function parsed(raw: string): Omit<Mail, 'recipients'> {
  const boundary = /boundary="([^"]+)"/.exec(raw)?.[1] ?? '\0'
  const [head = '', text = '', html = ''] = raw.split(`--${boundary}`)
  const subject = /^Subject: (.*(?:\r?\n[ \t].*)*)/m.exec(head)?.[1]?.replace(/\r?\n[ \t]/g, ' ') ?? ''
  return { subject, text: decoded(text), html: decoded(html), raw }
}

function decoded(part: string): string {
  const at = part.search(/\r?\n\r?\n/)
  const [head, body] = [part.slice(0, at), part.slice(at).trim()]
  if (/base64/i.test(head)) return Buffer.from(body, 'base64').toString('utf8')
  if (!/quoted-printable/i.test(head)) return body
  const bytes = body.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

/** The link in a mail. Throws when there is none. */
export function linkIn({ text, html }: Pick<Mail, 'text' | 'html'>): string {
  const url = /^https?:\/\/\S+$/m.exec(text)?.[0]
  if (url === undefined || !html.includes(`href="${url.replaceAll('&', '&amp;')}"`))
    throw new Error('text and HTML have no link, or not the same one')
  return url
}
