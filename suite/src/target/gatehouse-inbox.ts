/** A mail server that keeps what people get, and shows it: `GET /USERNAME` answers with their mails as text, the newest first. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Readable } from 'node:stream'

/** The parts of the package that are used here. */
interface SmtpLibrary {
  SMTPServer: new (options: {
    authOptional: boolean
    disabledCommands: string[]
    logger: boolean
    onData(stream: Readable, session: { envelope: { rcptTo: { address: string }[] } }, done: () => void): void
  }) => { server: { address(): unknown }; listen(port: number, host: string, listening: () => void): void; close(): void }
}

export interface Inbox {
  /** Where the mail server is. */
  smtp: string
  /** Where mails are read, with `{username}`. */
  url: string
  close(): void
}

export async function openInbox(): Promise<Inbox> {
  const name = 'smtp-server'
  const { SMTPServer } = (await import(name)) as SmtpLibrary
  const mails: { to: string; text: string }[] = []
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onData(stream, { envelope }, done) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        const text = readable(Buffer.concat(parts).toString('latin1'))
        for (const { address } of envelope.rcptTo) mails.unshift({ to: address, text })
        done()
      })
    },
  })
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve))
  const reader = createServer((request, response) => {
    const own = mails.filter(({ to }) => to.split('@')[0] === decodeURIComponent(request.url!.slice(1)))
    response.writeHead(200, { 'content-type': 'text/plain' }).end(own.map(({ text }) => text).join('\n\n'))
  }).listen(0, '127.0.0.1')
  await once(reader, 'listening')
  return {
    smtp: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`,
    url: `http://127.0.0.1:${(reader.address() as AddressInfo).port}/{username}`,
    close() {
      smtp.close()
      reader.close()
      reader.closeAllConnections()
    },
  }
}

/** The part in plain text, without quoted-printable. */
function readable(raw: string): string {
  const boundary = /boundary="([^"]+)"/.exec(raw)?.[1] ?? '\0'
  const part = raw.split(`--${boundary}`)[1] ?? raw
  const body = part.slice(part.search(/\r?\n\r?\n/)).trim()
  if (/base64/i.test(part.slice(0, part.length - body.length))) return Buffer.from(body, 'base64').toString('utf8')
  return body.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
