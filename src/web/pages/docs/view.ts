/** The OpenAPI document for people: a page without a script, which is there at once — OpenAPI 3.1. */
import { type Html, html } from '../html.ts'
import type { View } from '../layout.ts'
import { inline, prose } from './prose.ts'
import { kindOf, memberOf, membersOf, type Schema } from './schema.ts'

interface Content {
  content?: Readonly<Record<string, { schema: Schema }>> | undefined
}

interface Answer extends Content {
  $ref?: string
  description?: string
}

interface Operation {
  operationId: string
  summary: string
  description?: string
  tags: readonly string[]
  security: readonly Readonly<Record<string, readonly string[]>>[]
  parameters?: readonly { name: string; in: string; required?: boolean; description?: string; schema: Schema }[]
  requestBody?: Content
  responses: Readonly<Record<string, Answer>>
}

/** What the page reads of the document. */
export interface Description {
  info: { title: string; version: string; description: string }
  tags: readonly { name: string }[]
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  components: {
    schemas: Readonly<Record<string, Schema>>
    securitySchemes: Readonly<Record<string, { description: string }>>
    responses: Readonly<Record<string, Answer>>
  }
}

const words = {
  title: 'API',
  version: 'Version',
  document: 'OpenAPI document',
  sections: 'Sections',
  access: 'Access',
  open: 'Open to everyone.',
  without: 'Or without credentials.',
  scopes: 'Scopes:',
  parameters: 'Parameters',
  body: 'Body',
  answers: 'Responses',
  other: 'others',
  schemas: 'Schemas',
}

export function docsView(description: Description, base: string): View {
  const { info, tags, paths, components } = description
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  return {
    title: html`${words.title}`,
    shape: 'docs',
    body: html`<nav aria-label="${words.sections}"><ul>${tags.map(({ name }) => html`<li><a href="#${slug(name)}">${name}</a></li>`)}<li><a href="#schemas">${words.schemas}</a></li></ul></nav>
<div class="reference"><header><h1>${info.title} ${words.title}</h1>
<p class="soft">${words.version} ${info.version}${' · '}<a href="${base}/openapi.json">${words.document}</a></p></header>
${prose(info.description)}
${tags.map(
  ({ name }) => html`<section aria-labelledby="${slug(name)}"><h2 id="${slug(name)}">${name}</h2>
${operations
  .filter(({ operation }) => operation.tags.includes(name))
  .map(({ path, method, operation }) => operationItem(method, path, operation, components))}</section>
`,
)}<section aria-labelledby="schemas"><h2 id="schemas">${words.schemas}</h2>
${Object.entries(components.schemas).map(
  ([name, schema]) => html`<details class="entry"><summary><code>${name}</code></summary><div id="schema-${name}">${
    schema.description && html`<p>${inline(schema.description)}</p>`
  }${membersOf(schema) ?? html`<p class="kind">${kindOf(schema)}</p>`}</div></details>
`,
)}</section></div>`,
  }
}

type Components = Description['components']

function operationItem(method: string, path: string, operation: Operation, components: Components): Html {
  const { operationId, summary, description, parameters, requestBody, responses } = operation
  return html`<details class="entry"><summary><span class="method ${method}">${method.toUpperCase()}</span> <code>${path}</code> <span class="soft">${summary}</span></summary>
<div id="${operationId}">${description && html`<p>${inline(description)}</p>`}
<h3>${words.access}</h3>${accessOf(operation, components)}
${
  parameters &&
  html`<h3>${words.parameters}</h3><ul class="members">${parameters.map(({ name, required, description: text, schema }) =>
    memberOf(name, { ...schema, ...(text && { description: text }) }, required ?? false),
  )}</ul>`
}${requestBody && html`<h3>${words.body}</h3>${contentOf(requestBody)}`}
<h3>${words.answers}</h3><ul class="answers">${answersOf(responses, components)}</ul></div></details>
`
}

function accessOf({ security }: Operation, { securitySchemes }: Components): Html {
  if (security.length === 0) return html`<p>${words.open}</p>`
  return html`<ul>${security.map((ways) => {
    const [[name, scopes] = []] = Object.entries(ways)
    if (name === undefined) return html`<li>${words.without}</li>`
    const named = scopes && scopes.length > 0 && html` ${words.scopes} ${scopes.map((scope) => html`<code>${scope}</code> `)}`
    return html`<li>${inline(securitySchemes[name]?.description ?? name)}${named}</li>`
  })}</ul>`
}

/** Statuses with the same answer share a line. */
function answersOf(responses: Operation['responses'], { responses: shared }: Components): Html[] {
  return [...Map.groupBy(Object.keys(responses), (status) => JSON.stringify(responses[status])).values()].map((statuses) => {
    const answer = responses[statuses[0]!]!
    const { description, content } = answer.$ref === undefined ? answer : (shared[answer.$ref.split('/').at(-1)!] ?? {})
    const names = statuses.map((status, i) => html`${i > 0 && ', '}<code>${status === 'default' ? words.other : status}</code>`)
    return html`<li>${names} ${description && inline(description)} ${contentOf({ content })}</li>
`
  })
}

function contentOf({ content = {} }: Content): Html {
  return html`${Object.entries(content).map(
    ([type, { schema }]) => html`<p class="kind">${type}: ${kindOf(schema)}</p>${membersOf(schema)}`,
  )}`
}

const slug = (name: string) => name.toLowerCase().replaceAll(' ', '-')
