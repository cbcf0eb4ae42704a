/** A message sequence diagram as SVG. */
import { type Markup, markup } from './markup.ts'
import type { ShownExchange } from './report.ts'

/** Between two lanes. Two of them fit on a phone. */
const laneWidth = 208
const boxWidth = 114
const rowHeight = 46
const headHeight = 44
const maxRows = 30

/** Only the last exchanges are drawn if there are many. */
export function sequence(exchanges: readonly ShownExchange[]): Markup {
  const drawn = exchanges.slice(-maxRows)
  const lanes = lanesOf(drawn)
  const [width, height] = [(lanes.length - 1) * laneWidth + boxWidth + 2, headHeight + drawn.length * rowHeight + 12]
  const left = exchanges.length - drawn.length
  return markup`<figure class="sequence"><svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Message sequence of ${drawn.length} exchanges">
${lanes.map((name, n) => lane(name, n, height))}
${drawn.map((exchange, n) => row(exchange, lanes, drawn.slice(n), headHeight + n * rowHeight + 18))}
</svg>${left > 0 && markup`<figcaption>${left} earlier exchanges are not drawn.</figcaption>`}</figure>`
}

/** From left to right: browser, server, clients. */
function lanesOf(exchanges: readonly ShownExchange[]): string[] {
  const senders = [...new Set(exchanges.map(({ from }) => from))].filter((name) => name !== 'Browser')
  const hasBrowser = exchanges.some(({ from }) => from === 'Browser')
  const clients = senders.length === 0 && exchanges.some(({ to }) => to === 'client') ? ['Client'] : senders
  return [...(hasBrowser ? ['Browser'] : []), 'Server', ...clients]
}

function lane(name: string, n: number, height: number): Markup {
  const x = center(n)
  return markup`<line class="life" x1="${x}" y1="${headHeight - 8}" x2="${x}" y2="${height}"/>
<rect class="actor" x="${x - boxWidth / 2}" y="6" width="${boxWidth}" height="28" rx="6"/><text class="name" x="${x}" y="25">${shortened(name, 15)}</text>
`
}

/** The client a browser was redirected to is the sender of the next exchange. */
function row(exchange: ShownExchange, lanes: readonly string[], rest: readonly ShownExchange[], y: number): Markup {
  const { from, to, request, response, failure, seen } = exchange
  const client = rest.find((later) => later.from !== 'Browser')?.from
  const target = to === 'server' ? 'Server' : (client ?? lanes.at(-1)!)
  const [start, end] = [center(lanes.indexOf(from)), center(lanes.indexOf(target))]
  const path = shortened(pathOf(request.url), 22)
  const answer = failure ?? (response && answerOf(response))
  return markup`${arrow(start, end, y, 'request', `${request.method} ${path}`)}
${answer !== undefined && arrow(end, start, y + 20, `answer ${seen ?? (failure ? 'refused' : '')}`, shortened(answer, 30))}
`
}

function arrow(x1: number, x2: number, y: number, kind: string, label: string): Markup {
  const back = x2 > x1 ? -7 : 7
  return markup`<g class="${kind}"><line x1="${x1}" y1="${y}" x2="${x2}" y2="${y}"/><path d="M${x2} ${y}l${back} -4v8z"/><text x="${(x1 + x2) / 2}" y="${y - 4}">${label}</text></g>`
}

function answerOf({ status, headers, body }: NonNullable<ShownExchange['response']>): string {
  const error = /"error"\s*:\s*"([^"]{1,40})"/.exec(body)?.[1] ?? /[?&]error=([^&]{1,40})/.exec(headers['location'] ?? '')?.[1]
  if (error !== undefined) return `${status} ${error}`
  const location = headers['location']
  return location === undefined ? String(status) : `${status} → ${pathOf(location)}`
}

function pathOf(url: string): string {
  return url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]+/i, '').replace(/[?#].*$/, '') || '/'
}

const center = (n: number) => n * laneWidth + boxWidth / 2 + 1
const shortened = (text: string, length: number) => (text.length > length ? `${text.slice(0, length - 1)}…` : text)
