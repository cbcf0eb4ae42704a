/** The part of an application that is told of events by webhooks. Run `npm start` first, and set WEBHOOK_SECRET. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'

const port = Number(process.env['PORT'] ?? 3003)
const key = Buffer.from((process.env['WEBHOOK_SECRET'] ?? '').replace(/^whsec_/, ''), 'base64')
if (key.length < 24) throw new Error('WEBHOOK_SECRET is not set')

/** Messages that are older, or newer, are refused: so a copy of one cannot be sent again later. */
const toleranceSeconds = 300
/** Ids of messages that were handled. In your application, keep them in your database. */
const handled = new Set<string>()

/** Standard Webhooks: HMAC-SHA-256 of id, timestamp and body. The header can hold several signatures. */
function isGenuine(headers: IncomingHttpHeaders, body: string): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures = '' } = headers
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= toleranceSeconds)) return false
  const expected = Buffer.from(`v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`)
  const given = String(signatures)
    .split(' ')
    .map((one) => Buffer.from(one))
  return given.some((one) => one.length === expected.length && timingSafeEqual(one, expected))
}

createServer(async (request, response) => {
  let body = ''
  for await (const part of request) {
    body += part
    if (body.length > 100_000) return response.writeHead(413).end()
  }
  if (!isGenuine(request.headers, body)) return response.writeHead(400).end()
  const id = String(request.headers['webhook-id'])
  if (!handled.has(id)) {
    const { type, data } = JSON.parse(body)
    console.log(`${type} ${data.url ?? data.target?.id ?? ''}`.trim()) // Here, do what the event means for your application.
    handled.add(id)
  }
  return response.writeHead(204).end()
}).listen(port, 'localhost', () => console.log(`Register http://localhost:${port}/`))
