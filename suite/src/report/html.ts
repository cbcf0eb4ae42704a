/** The report as one page that needs nothing else: no script, no font, no image from elsewhere. */
import { type Markup, markup } from './markup.ts'
import { bySpecification, type Counts, countsOf, type Report, type Result, type ShownExchange, type Verdict, verdicts } from './report.ts'
import { sequence } from './sequence.ts'
import { style } from './style.ts'

export function html(report: Report): string {
  const wrong = report.results.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn')
  const sorted = wrong.toSorted((a, b) => verdicts.indexOf(a.verdict) - verdicts.indexOf(b.verdict))
  const groups = [...bySpecification(report.results)]
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>${report.target}: compliance report</title>
<style>${{ markup: style }}</style>
</head>
<body>
${head(report)}
<main>
<section aria-labelledby="specifications"><h2 id="specifications">By specification</h2>${table(groups)}</section>
<section aria-labelledby="findings"><h2 id="findings">Findings</h2>
${sorted.length === 0 ? markup`<p class="calm">Every clause that concerns this server is kept.</p>` : sorted.map(finding)}
</section>
<section aria-labelledby="checks"><h2 id="checks">All checks</h2>${groups.map(specification)}</section>
</main>
<footer>Made by @gatehouse/suite ${report.suite}. The same run again: <code>--seed ${report.seed}</code></footer>
</body>
</html>
`.markup
}

function head({ target, issuer, startedAt, seconds, results, notRun }: Report): Markup {
  const counts = countsOf(results)
  const time = `${startedAt.slice(0, 16).replace('T', ' ')} UTC`
  return markup`<header>
<p class="kind">OAuth 2.0 and OpenID Connect compliance</p>
<h1>${target}</h1>
<p class="where">${issuer} · ${time} · ${results.length} checks in ${seconds.toFixed(1)} s</p>
<dl class="totals">${verdicts.map((verdict) => markup`<div class="${classOf(verdict)}"><dt>${labels[verdict]}</dt><dd>${counts[verdict]}</dd></div>`)}</dl>
${bar(counts)}
${notRun.length > 0 && markup`<p class="unfinished">The run ended early: ${notRun.length} checks were not run.</p>`}
</header>`
}

const labels: Readonly<Record<Verdict, string>> = { pass: 'passed', fail: 'failed', warn: 'warned', 'not applicable': 'not applicable' }
const signs: Readonly<Record<Verdict, string>> = { pass: '✓', fail: '✗', warn: '!', 'not applicable': '–' }
const classOf = (verdict: Verdict) => (verdict === 'not applicable' ? 'na' : verdict)
const anchorOf = (name: string) => name.toLowerCase().replace(/[^a-z\d]+/g, '-')

function bar(counts: Counts): Markup {
  const parts = verdicts.filter((verdict) => counts[verdict] > 0)
  const label = verdicts.map((verdict) => `${counts[verdict]} ${labels[verdict]}`).join(', ')
  return markup`<div class="bar" role="img" aria-label="${label}">${parts.map((verdict) => markup`<i class="${classOf(verdict)}" style="flex-grow:${counts[verdict]}"></i>`)}</div>`
}

function table(groups: readonly (readonly [string, readonly Result[]])[]): Markup {
  const heads = verdicts.map(
    (verdict) =>
      markup`<th scope="col"><span class="word">${labels[verdict]}</span><span class="sign" aria-hidden="true">${signs[verdict]}</span></th>`,
  )
  const rows = groups.map(([name, results]) => {
    const counts = countsOf(results)
    const cells = verdicts.map((verdict) => markup`<td class="${counts[verdict] > 0 ? classOf(verdict) : 'zero'}">${counts[verdict]}</td>`)
    return markup`<tr><th scope="row"><a href="#${anchorOf(name)}">${name}</a></th><td class="wide">${bar(counts)}</td>${cells}</tr>\n`
  })
  return markup`<div class="scroll"><table><thead><tr><th scope="col">Specification</th><th class="wide"><span class="unseen">Proportions</span></th>${heads}</tr></thead><tbody>${rows}</tbody></table></div>`
}

function finding(result: Result): Markup {
  const { id, clause, level, title, reasons, exchanges, verdict, jwts } = result
  return markup`<article class="finding ${classOf(verdict)}" id="${anchorOf(id)}">
<p class="clause"><b>${clause}</b> <span class="level">${level}</span> <code>${id}</code></p>
<h3>${title}</h3>
${reasons.map((reason) => markup`<p class="reason">${reason}</p>`)}
${exchanges.length > 0 && sequence(exchanges)}
${exchanges.length > 0 && markup`<details><summary>The whole exchange, ${exchanges.length} requests</summary><ol class="exchanges">${exchanges.map(exchange)}</ol></details>`}
${Object.keys(jwts).length > 0 && markup`<details><summary>What the JWTs said</summary>${Object.entries(jwts).map(([label, jwt]) => markup`<h4>${label}</h4><pre>${JSON.stringify(jwt, null, 2)}</pre>`)}</details>`}
</article>
`
}

function exchange({ from, to, request, response, failure, milliseconds, seen }: ShownExchange): Markup {
  const who = to === 'client' ? `${from} comes to the client` : from
  return markup`<li class="${seen ?? ''}"><p class="who">${who}<span>${milliseconds} ms</span></p>
<pre>${request.method} ${request.url}${lines(request.headers)}${request.body !== undefined && `\n\n${request.body}`}</pre>
${response && markup`<pre class="response">${response.status}${lines(response.headers)}${response.body !== '' && `\n\n${response.body}`}</pre>`}
${failure !== undefined && markup`<p class="reason">${failure}</p>`}</li>
`
}

function lines(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `\n${name}: ${value}`)
    .join('')
}

function specification([name, results]: readonly [string, readonly Result[]]): Markup {
  const rows = results.map(({ id, clause, level, title, verdict, reasons }) => {
    const isFinding = verdict === 'fail' || verdict === 'warn'
    const why = verdict === 'not applicable' && markup`<small>${reasons.join('; ')}</small>`
    const text = isFinding ? markup`<a href="#${anchorOf(id)}">${title}</a>` : markup`${title}`
    return markup`<li class="${classOf(verdict)}"><span class="sign" title="${labels[verdict]}">${signs[verdict]}</span><span class="clause">${clause.replace(`${name} `, '')} <span class="level">${level}</span></span><span>${text}${why}</span></li>\n`
  })
  return markup`<details class="specification" id="${anchorOf(name)}" open><summary>${name}</summary><ul>${rows}</ul></details>\n`
}
