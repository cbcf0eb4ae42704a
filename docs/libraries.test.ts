/** The settings in the guides are those that `clients create --for` prints. */
import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { test } from 'node:test'
import { libraries } from '../src/cli/libraries.ts'
import { textOf } from './documents.ts'

const pages = globSync('docs/guide/*.md').map(textOf)
const made = pages.flatMap((page) =>
  [...page.matchAll(/^gatehouse clients create --client-id (\S+) --redirect-uris (\S+).* --for (\S+)$/gm)].map(
    ([, clientId = '', redirectUri = '', name = '']) => ({ page, clientId, redirectUri, name }),
  ),
)

test('every library has its settings in a guide', () => {
  assert.deepEqual(made.map(({ name }) => name).sort(), Object.keys(libraries).sort())
})

for (const { page, clientId, redirectUri, name } of made)
  test(`${name}: the settings of the guide`, () => {
    const library = libraries[name]
    const secret = library?.client.token_endpoint_auth_method === 'none' ? undefined : 'SECRET'
    const settings = library?.settings({ issuer: 'https://id.example.com', clientId, redirectUri, secret })
    assert.ok(settings !== undefined, name)
    assert.ok(page.includes(`\n${settings}\n\`\`\``), settings)
  })

test('the table of libraries names each word of --for', () => {
  const table = textOf('docs/guide/libraries.md')
  const named = [...table.matchAll(/^\|.*\| `([\w-]+)` \| \[/gm)].map(([, name = '']) => name)
  assert.deepEqual([...new Set(named)].sort(), Object.keys(libraries).sort())
})

test('the table has the versions that the tests sign in with', () => {
  const { packages } = JSON.parse(textOf('package-lock.json')) as { packages: Record<string, { version: string }> }
  const rows = textOf('docs/guide/libraries.md').split('\n')
  for (const [words, name] of [
    ['Auth.js (', '@auth/core'],
    ['oidc-client-ts', 'oidc-client-ts'],
    ['openid-client,', 'openid-client'],
    ['openid-client, oauth4webapi', 'oauth4webapi'],
    ['express-openid-connect', 'express-openid-connect'],
    ['passport-openidconnect', 'passport-openidconnect'],
    ['MCP SDK', '@modelcontextprotocol/sdk'],
  ] as const) {
    const version = packages[`node_modules/${name}`]?.version.replace(/\.\d+$/, '')
    assert.ok(
      rows.some((row) => row.startsWith(`| ${words}`) && row.includes(`\`${version}\``)),
      `${name} ${version}`,
    )
  }
})
