/** `/openapi.json`, and the same for people at `/docs`, rendered by Scalar and served from here. */
import Fastify from 'fastify'
import type { Reply } from '../../protocol/request-reply.ts'
import type { Route, WebTenant } from '../http/route.ts'
import { html } from '../pages/html.ts'
import { favicon } from '../pages/icons.ts'
import { plain } from '../pages/names.ts'
import type { JsonRoute } from './json-route.ts'
import { interfaceDescription } from './openapi.ts'

/** `shown`: the document alone, or the page too. */
export function docsRoutes(routes: readonly JsonRoute[], shown: 'none' | 'document' | 'page', version: string): Route[] {
  if (shown === 'none') return []
  return shown === 'page' ? [documentRoute(routes, version), pageRoute, scriptRoute()] : [documentRoute(routes, version)]
}

function documentRoute(routes: readonly JsonRoute[], version: string): Route {
  const describe = interfaceDescription(routes)
  return {
    path: '/openapi.json',
    methods: ['GET'],
    audience: 'program',
    cors: 'any',
    async handle({ ctx, slug }): Promise<Reply> {
      return { kind: 'json', status: 200, body: describe({ issuer: ctx.issuer, isRoot: slug === '', server: ctx.server, version }) }
    },
  }
}

const script = '/docs/scalar.js'

const pageRoute: Route = {
  path: '/docs',
  methods: ['GET'],
  audience: 'person',
  async handle(tenant, { id }): Promise<Reply> {
    const headers = { 'content-security-policy': policy(id), 'cross-origin-resource-policy': 'same-origin', 'cache-control': 'no-store' }
    return { kind: 'text', status: 200, type: 'text/html; charset=utf-8', text: page(tenant, id), headers }
  },
}

/** Scalar sets inline styles. The only scripts are the two of this page, and the only server is this one. */
function policy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    "style-src 'unsafe-inline'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')
}

function page({ ctx, base }: WebTenant, nonce: string): string {
  const settings = JSON.stringify({
    url: `${base}/openapi.json`,
    withDefaultFonts: false,
    telemetry: false,
    showDeveloperTools: 'never',
    hideClientButton: true,
    agent: { disabled: true },
    mcp: { disabled: true },
    documentDownloadType: 'json',
  })
  return html`<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<title>API – ${plain(ctx.tenant.name)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="icon" href="${favicon}">
</head>
<body>
<noscript>This page needs JavaScript. The interface description itself is at <a href="${base}/openapi.json">openapi.json</a>.</noscript>
<div id="docs" data-settings="${settings}"></div>
<script nonce="${nonce}" src="${base}${script}"></script>
<script nonce="${nonce}">Scalar.createApiReference('#docs', JSON.parse(document.getElementById('docs').dataset.settings))</script>
</body>
</html>
`.text
}

function scriptRoute(): Route {
  let bundle: Promise<string> | undefined
  return {
    path: script,
    methods: ['GET'],
    audience: 'program',
    async handle(): Promise<Reply> {
      bundle ??= readBundle()
      const headers = { 'cache-control': 'public, max-age=86400', 'cross-origin-resource-policy': 'same-origin' }
      return { kind: 'text', status: 200, type: 'text/javascript; charset=utf-8', text: await bundle, headers }
    },
  }
}

/** The package does not export its script and only serves it as a plugin, so it is requested from there once, at the first use. */
async function readBundle(): Promise<string> {
  const { default: scalar } = await import('@scalar/fastify-api-reference')
  const app = Fastify()
  await app.register(scalar, {
    routePrefix: '/docs',
    configuration: { content: { openapi: '3.1.0', info: { title: '', version: '' }, paths: {} } },
  })
  const { body } = await app.inject('/docs/js/scalar.js')
  await app.close()
  return body
}
