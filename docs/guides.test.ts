/** The commands of README and guides, run as they stand there. */
import assert from 'node:assert/strict'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { authority, pem } from '../test/certificates.ts'
import { type CommandLine, commandLine } from '../test/command-line.ts'

/** Words that stand for something made before. */
const placeholders: Readonly<Record<string, (line: CommandLine) => Promise<string>>> = {
  KID: async (line) => (await line.json('keys list')).signing_keys[0].kid,
  'SECRET-ID': async (line) => (await line.json('clients secrets shop'))[0].id,
  ID: async (line) => (await line.json('api-keys list'))[0].id,
}
/** What a guide takes for given. */
const given: Readonly<Record<string, readonly string[]>> = {
  'docs/guide/production.md': ['users create --username ada --email ada@example.com'],
  'docs/guide/backup.md': ['clients create --client-id shop --redirect-uris https://shop.example/callback'],
  'docs/guide/services.md': [
    'resources create --identifier https://api.example --name Reports',
    'clients create --client-id shop --redirect-uris https://shop.example/callback',
  ],
}
/** Settings that a guide's commands need, besides those of every test. */
const settings: Readonly<Record<string, (folder: string) => Promise<Record<string, string>>>> = {
  'docs/guide/native-apps.md': async () => ({ GATEHOUSE_FEATURES_NATIVE_SSO_DRAFT07: 'true' }),
  'docs/guide/attestation.md': async () => ({ GATEHOUSE_FEATURES_CLIENT_ATTESTATION_DRAFT11: 'true' }),
  'docs/guide/mutual-tls.md': async (folder) => {
    const file = join(folder, 'client-authorities.pem')
    writeFileSync(file, pem(await authority('CN=Bank')))
    const proxy = { GATEHOUSE_MTLS_PROXY: 'rfc9440', GATEHOUSE_TRUSTED_PROXIES: '10.0.0.5' }
    return { GATEHOUSE_FEATURES_MUTUAL_TLS: 'true', GATEHOUSE_FEATURES_TLS_CLIENT_AUTH: 'true', GATEHOUSE_MTLS_CA_FILE: file, ...proxy }
  },
}
/** They serve, read files of the machine they are for, or take away what only a person can make. */
const elsewhere = /\/etc\/|^config check|^users remove-factors|^serve\b|^dev\b|…/

/** The shell blocks' commands of ours, continuation lines joined, comments taken off. */
function commandsOf(page: string): string[] {
  const blocks = [...readFileSync(page, 'utf8').matchAll(/^```sh\n([\s\S]*?)^```/gm)].map((match) => match[1] as string)
  const lines = blocks.flatMap((block) => block.replace(/\\\n\s*/g, '').split('\n'))
  return lines
    .flatMap((line) => /^(?:npx gatehouse |npm run gatehouse -- |gatehouse )(.*)$/.exec(line)?.[1] ?? [])
    .map((line) => singleQuoted(line.replace(/\s+(#.*|> \S+)$/, '')))
    .filter((line) => !elsewhere.test(line))
}

/** The blocks that show a file, named beside the language: it is there when the commands run. */
function filesOf(page: string): [name: string, text: string][] {
  const blocks = readFileSync(page, 'utf8').matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```/gm)
  return [...blocks].map(([, name = '', text = '']) => [name, text])
}

/** What a shell takes double quotes for, in single ones. */
function singleQuoted(line: string): string {
  return line.replace(/'[^']*'|"([^"]*)"/g, (quoted, inner?: string) => (inner === undefined ? quoted : `'${inner}'`))
}

/** Run by tests of their own. */
const others = ['docs/guide/profiles.md']
const pages = ['README.md', ...globSync('docs/guide/*.md').sort()].filter((page) => !others.includes(page))
for (const page of pages) {
  const commands = commandsOf(page)
  if (commands.length === 0) continue
  test(`${page}: ${commands.length} commands`, async (t) => {
    const line = await commandLine()
    t.after(() => line.remove())
    const more = (await settings[page]?.(line.folder)) ?? {}
    const files = filesOf(page)
    for (const [name, text] of files) writeFileSync(join(line.folder, name), text)
    for (const command of given[page] ?? []) assert.equal((await line.gatehouse(command)).status, 0, command)
    for (const command of commands) {
      const words = Object.entries(placeholders)
      let filled = command
      for (const [word, find] of words)
        if (new RegExp(`(^|\\s)${word}(\\s|$)`).test(filled)) filled = filled.replace(word, await find(line))
      for (const [name] of files) filled = filled.replace(name, () => join(line.folder, name))
      const { status, err } = await line.gatehouse(filled, '', more)
      assert.equal(status, 0, `${command}\n${err}`)
    }
  })
}

test('the guides do have commands', () => {
  assert.ok(pages.flatMap(commandsOf).length >= 15)
})
