/** The HTML of a mail: the tenant's name and logo above it, and colours of the reader's scheme. Styles stand at the elements, since some mail programs drop style sheets; the sheet is for dark ones. */
import { Html, html } from '../web/pages/html.ts'
import { initials, named } from '../web/pages/names.ts'

export interface MailParts {
  /** Name of the tenant. */
  tenant: string
  /** Address of its logo: the only picture of a mail. */
  logo: string | undefined
  title: Html
  lead: Html
  /** Lines that say when and where. */
  facts: readonly string[]
  action: { label: string; url: string } | undefined
  end: Html
}

const dark = `:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (prefers-color-scheme:dark){
.ground{background:#0d1210!important}
.sheet{background:#161c19!important;border-color:#2a332f!important}
.ink{color:#eaf0ed!important}
.soft{color:#a3b0aa!important}
.facts{background:#1d2521!important}
.go{background:#84d8b8!important;color:#06241a!important}
.tile{background:#173028!important;color:#84d8b8!important}
.link{color:#84d8b8!important}
}`

const style = {
  ground:
    'margin:0;padding:24px 12px;background:#f4f6f5;font-family:system-ui,-apple-system,Segoe UI,Roboto,sans-serif;font-size:16px;line-height:1.5',
  sheet:
    'max-width:560px;margin:0 auto;padding:24px;background:#ffffff;border:1px solid #dfe5e2;border-radius:12px;overflow-wrap:anywhere;word-break:break-word',
  tile: 'display:inline-block;min-width:32px;line-height:32px;margin-right:10px;border-radius:8px;background:#e6f2ed;color:#0d6049;text-align:center;font-weight:600',
  picture: 'margin-right:10px;border-radius:8px;background:#ffffff;color:#0d6049;vertical-align:middle;object-fit:contain',
  brand: 'margin:0 0 20px;color:#14201b;font-weight:600',
  title: 'margin:0 0 12px;color:#14201b;font-size:21px;line-height:1.3',
  ink: 'margin:0 0 16px;color:#14201b',
  facts: 'margin:0 0 20px;padding:12px 16px;background:#f4f7f6;border-radius:8px;color:#14201b',
  go: 'display:inline-block;padding:12px 20px;border-radius:10px;background:#0d6049;color:#ffffff;font-weight:600;text-decoration:none',
  small: 'margin:0 0 20px;color:#52605a;font-size:13px;word-break:break-all',
  link: 'color:#0d6049',
  soft: 'margin:0;color:#52605a;font-size:14px',
}

export function mailDocument({ tenant, logo, title, lead, facts, action, end }: MailParts): string {
  return html`<!doctype html>
<html lang="en" dir="ltr"><head><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<style>${new Html(dark)}</style></head>
<body class="ground" style="${style.ground}"><main class="sheet" style="${style.sheet}">
<p class="ink" style="${style.brand}">${logo === undefined ? tile(tenant) : picture(logo, tenant)}${named(tenant)}</p>
<h1 class="ink" style="${style.title}">${title}</h1>
<p class="ink" style="${style.ink}">${lead}</p>
${facts.length > 0 && html`<p class="facts ink" style="${style.facts}">${facts.map((line, i) => html`${i > 0 && html`<br>`}${line}`)}</p>`}
${
  action &&
  html`<p style="margin:0 0 16px"><a class="go" href="${action.url}" style="${style.go}">${action.label}</a></p>
<p class="soft" style="${style.small}"><a class="link" href="${action.url}" style="${style.link}">${action.url}</a></p>`
}
<p class="soft" style="${style.soft}">${end}</p>
</main></body></html>
`.text
}

function tile(tenant: string): Html {
  return html`<span class="tile" style="${style.tile}" aria-hidden="true">${letters(tenant)}</span>`
}

/** Mail programs show the initials until their owner lets pictures in. */
function picture(logo: string, tenant: string): Html {
  return html`<img style="${style.picture}" src="${logo}" width="32" height="32" alt="${letters(tenant)}">`
}

const letters = (tenant: string) => initials(tenant) || '·'
