/** `--document FOLDER`: the results as a page with a chart. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Measured } from './measure.ts'
import type { StartUp } from './start-up.ts'
import { markdownTable, names } from './table.ts'

interface Results {
  about: Readonly<Record<string, string>>
  measured: readonly Measured[]
  starts: readonly StartUp[]
}

const shown = [names.sqlite, names.postgres, names.peer, names.floor]
const colours = ['#1f6feb', '#8250df', '#9a6700', '#8c959f']

/** Writes `performance.md` and `performance.svg`. */
export function writeDocument(folder: string, results: Results): void {
  writeFileSync(join(folder, 'performance.md'), page(results))
  writeFileSync(join(folder, 'performance.svg'), chart(results.measured))
}

function page({ about, measured, starts }: Results): string {
  const row = ({ name, of }: Measured, cell: (server: string) => string) => [
    name,
    ...shown.map((server) => (of[server] ? cell(server) : '–')),
  ]
  const head = ['', 'Gatehouse, SQLite', 'Gatehouse, PostgreSQL', 'oidc-provider', 'Bare Node.js']
  const figures = (of: Measured['of'], server: string) => of[server] as Measured['of'][string]
  return `# Performance

\`npm run bench -- --document docs\` measured these figures and wrote this page. All servers took turns under the same load on one machine.

![CPU time per request](performance.svg)

## CPU time per request, in microseconds

${markdownTable(
  head,
  measured.map((one) => row(one, (server) => figures(one.of, server).cpu.toFixed(0))),
)}

This is the time of the server process with all its threads. The last column is a bare \`node:http\` server that answers as many bytes and
makes the same signatures.

## Requests per second

${markdownTable(
  head,
  measured.map((one) => row(one, (server) => figures(one.of, server).rate.toFixed(0))),
)}

## Latency in milliseconds, median and 99th percentile

${markdownTable(
  head,
  measured.map((one) => row(one, (server) => `${figures(one.of, server).p50.toFixed(1)} / ${figures(one.of, server).p99.toFixed(1)}`)),
)}

${
  starts.length === 0
    ? ''
    : `## Start\n\n${markdownTable(
        ['', 'Ready after ms', 'Idle MB'],
        starts.map(({ name, ready, idle }) => [name, ready.toFixed(0), idle.toFixed(0)]),
      )}\n\n`
}## Conditions

${Object.entries(about)
  .map(([name, text]) => `- **${name}**: ${text}`)
  .join('\n')}
- **remembered**: Gatehouse keeps clients, APIs, keys and tenants in memory until they change. Tokens, accounts and revocations are read.
- **logged**: Gatehouse writes one line for each request to standard output. oidc-provider writes none.
`
}

/** A group of bars for each row. */
function chart(measured: readonly Measured[]): string {
  const [bar, gap, left, width] = [14, 18, 190, 560]
  const longest = Math.max(...measured.flatMap(({ of }) => shown.map((server) => of[server]?.cpu ?? 0)))
  const group = shown.length * bar + gap
  const rows = measured.map(({ name, of }, i) => {
    const bars = shown.map((server, n) => {
      const cpu = of[server]?.cpu ?? 0
      const [y, length] = [i * group + n * bar + 50, (cpu / longest) * width]
      return `<rect x="${left}" y="${y}" width="${length.toFixed(1)}" height="${bar - 2}" fill="${colours[n]}"/><text x="${(left + length + 4).toFixed(1)}" y="${y + 10}">${cpu.toFixed(0)}</text>`
    })
    return `<text x="0" y="${i * group + 50 + group / 2 - gap / 2}">${name}</text>${bars.join('')}`
  })
  const legend = shown.map(
    (server, n) =>
      `<rect x="${n * 150}" y="12" width="12" height="12" fill="${colours[n]}"/><text x="${n * 150 + 18}" y="22">${server}</text>`,
  )
  const height = measured.length * group + 60
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + width + 50} ${height}" font-family="sans-serif" font-size="11"><title>CPU time per request, in microseconds</title>${legend.join('')}${rows.join('')}</svg>\n`
}
