/** The package as others get it: the programs of its README run, and what is published runs outside this repository. */
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { addDemoData, demo } from '../../../src/demo-data.ts'
import { random } from '../../../src/platform.ts'
import { freePort, type TestApp, testApp } from '../../../test/app.ts'

const here = join(import.meta.dirname, '..')
const root = join(here, '../..')
const readme = readFileSync(join(here, 'README.md'), 'utf8')

suite('the README', () => {
  let gatehouse: TestApp
  let token: string
  before(async () => {
    gatehouse = await testApp('sqlite')
    await addDemoData(gatehouse.root, random)
    const headers = { authorization: `Basic ${Buffer.from(`${demo.machine.client_id}:${demo.machine.secret}`).toString('base64')}` }
    const body = new URLSearchParams({ grant_type: 'client_credentials' })
    const response = await fetch(`${gatehouse.issuer}/token`, { method: 'POST', headers, body })
    token = ((await response.json()) as { access_token: string }).access_token
  })
  after(() => gatehouse.close())

  const programs = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text]) => text as string)
  test('has three programs', () => assert.equal(programs.length, 3))

  programs.forEach((program, n) => {
    test(`runs: program ${n + 1}`, async () => {
      const port = await freePort()
      const text = program
        .replaceAll('http://localhost:8000', gatehouse.issuer)
        .replaceAll('localhost:4001', `localhost:${port}`)
        .replace(/\b4001\b/, String(port))
      const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', text], { cwd: root, stdio: 'inherit' })
      const things = `http://localhost:${port}/things`
      const answer = await answerOf(
        () => fetch(things, { headers: { authorization: `Bearer ${token}` } }),
        () => child.exitCode === null,
      )
      assert.deepEqual([answer.status, await answer.json()], [200, { hello: 'demo-machine', mayWrite: true }])
      const refused = await fetch(things)
      const [, metadataUrl = ''] = /resource_metadata="([^"]+)"/.exec(refused.headers.get('www-authenticate') ?? '') ?? []
      assert.equal(refused.status, 401)
      assert.equal(((await (await fetch(metadataUrl)).json()) as { resource: string }).resource, `http://localhost:${port}`)
      child.kill()
      await once(child, 'exit')
    })
  })

  test('names every option, and the credentials that the demo machine has', () => {
    const source = readFileSync(join(here, 'src/options.ts'), 'utf8')
    const [, options = ''] = /interface GuardOptions \{([\s\S]*?)\n\}/.exec(source) ?? []
    const names = [...options.matchAll(/^ {2}(\w+)\??[:(]/gm)].map(([, name]) => name as string)
    assert.ok(names.length > 12)
    assert.deepEqual(
      names.filter((name) => name !== 'fetch' && name !== 'now' && !new RegExp(`^\\| \`${name}\` `, 'm').test(readme)),
      [],
    )
    assert.ok(readme.includes(`-u ${demo.machine.client_id}:${demo.machine.secret} `))
  })
})

/** What the fragments of the README take for granted. */
const aroundFragments = `
  import { createGuard } from '@gatehouse/guard'
  import fastify from 'fastify'
  declare const redis: { set(key: string, value: string, expiry: 'EXAT', until: number, condition: 'NX'): Promise<'OK' | null> }
  declare const key: string, cert: string`

test('the links within the README lead somewhere', () => {
  const anchors = [...readme.matchAll(/^## (.+)$/gm)].map(([, title = '']) => anchorOf(title))
  const links = [...readme.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor as string)
  assert.ok(links.length > 10)
  assert.deepEqual(
    links.filter((link) => !anchors.includes(link)),
    [],
  )
})

/** As GitHub makes it from a title. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-')
}

/** Asks until the program listens. */
async function answerOf(ask: () => Promise<Response>, isAlive: () => boolean): Promise<Response> {
  for (;;) {
    const response = await ask().catch(() => undefined)
    if (response) return response
    assert.ok(isAlive(), 'the program has ended')
  }
}

suite('what is published', () => {
  let folder: string
  let built: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'guard-test-'))
    built = join(folder, 'node_modules/@gatehouse/guard')
    mkdirSync(built, { recursive: true })
    execFileSync(process.execPath, [join(here, 'build.ts'), built])
    for (const name of ['fastify', 'express', '@types']) symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name))
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  test('is JavaScript with declarations, README and licence, and depends on nothing', () => {
    const files = readdirSync(built)
    for (const name of ['index.js', 'index.d.ts', 'fastify.js', 'express.js', 'README.md', 'LICENSE', 'package.json'])
      assert.ok(files.includes(name), name)
    assert.deepEqual(
      files.filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts')),
      [],
    )
    const manifest = JSON.parse(readFileSync(join(built, 'package.json'), 'utf8'))
    assert.deepEqual([manifest.private, manifest.dependencies, manifest.devDependencies], [undefined, undefined, undefined])
  })

  test('runs', () => {
    const program = `
      import { createGuard } from '@gatehouse/guard'
      import { fastifyGuard } from '@gatehouse/guard/fastify'
      import { expressGuard } from '@gatehouse/guard/express'
      const guard = createGuard({ issuer: 'https://issuer.example', audience: 'https://api.example/v1' })
      console.log(typeof fastifyGuard(guard), typeof expressGuard(guard), guard.metadataPath)`
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], { cwd: folder, encoding: 'utf8' })
    assert.equal(output.trim(), 'function function /.well-known/oauth-protected-resource/v1')
  })

  test('has types that the programs of the README pass', () => {
    const options = { module: 'nodenext', target: 'es2024', strict: true, noEmit: true, skipLibCheck: false, types: ['node'] }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['*.ts'] }))
    const programs = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text]) => text as string)
    programs.forEach((text, n) => {
      writeFileSync(join(folder, `program-${n}.ts`), text)
    })
    const fragments = [...readme.matchAll(/```typescript\n([\s\S]*?)```/g)].map(([, text]) => text as string)
    assert.equal(fragments.length, 3)
    fragments.forEach((text, n) => {
      writeFileSync(join(folder, `fragment-${n}.ts`), `${aroundFragments}\n${text}`)
    })
    const compiler = join(root, 'node_modules/typescript/bin/tsc')
    execFileSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8', stdio: ['ignore', 'inherit', 'inherit'] })
  })
})
