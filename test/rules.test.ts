/** Tests of the architecture: what each folder may import, what each file must look like. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { guarded, words } from './guarded-words.ts'
import { functionsOf, type Source, sources, tests, within } from './sources.ts'

/** What each folder, or file at the top, may import; `store` only types of ports and the error to retry later. One that is not listed is refused. */
const may: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  identity: ['protocol'],
  crypto: ['protocol', 'file-access.ts'],
  connections: ['protocol'],
  vault: ['protocol', 'connections'],
  store: [
    'protocol/types.ts',
    'protocol/granted-details.ts',
    'protocol/ports.ts',
    'protocol/used-once.ts',
    'protocol/kept-requests.ts',
    'protocol/client.ts',
    'protocol/registry.ts',
    'protocol/origins.ts',
    'protocol/resource-identifier.ts',
    'protocol/resource.ts',
    'protocol/credential-configuration.ts',
    'protocol/credentials.ts',
    'protocol/stored-client.ts',
    'protocol/trusted-issuer.ts',
    'protocol/errors.ts',
    'protocol/event-stream.ts',
    'protocol/federation/entity.ts',
    'protocol/federation/store.ts',
    'identity/audit-entry.ts',
    'identity/factor-store.ts',
    'identity/account.ts',
    'identity/store.ts',
    'identity/outbox.ts',
    'identity/webhooks.ts',
    'identity/groups.ts',
    'identity/attributes.ts',
    'crypto/types.ts',
    'connections/connection.ts',
    'connections/store.ts',
    'identity/upstream-identities.ts',
    'vault/entry.ts',
    'vault/store.ts',
  ],
  web: ['protocol', 'identity', 'crypto', 'connections', 'vault'],
  mail: ['identity/links.ts', 'identity/outbox.ts', 'outbox/delivery.ts', 'web/pages/html.ts', 'web/pages/names.ts', 'web/pages/time.ts'],
  outbox: ['protocol', 'identity/outbox.ts', 'identity/store.ts', 'identity/send-webhook.ts', 'identity/webhooks.ts'],
  // The settings of features are computed from the catalogue; algorithms and the rule for loopback addresses are defined once.
  config: [
    'connections/connection.ts',
    'protocol/features/index.ts',
    'protocol/lifetimes.ts',
    'protocol/tenant-settings.ts',
    'protocol/redirect-uri.ts',
    'protocol/algs.ts',
    'protocol/email-address.ts',
    'identity/password-policy.ts',
    'crypto/popular-passwords.ts',
    'crypto/kek.ts',
  ],
  outbound: [
    'protocol/codec/json.ts',
    'protocol/codec/public-key.ts',
    'protocol/ip-address.ts',
    'protocol/remote.ts',
    'protocol/remote-error.ts',
  ],
  'certificates.ts': ['config', 'protocol', 'startup-error.ts', 'web'],
  'listeners.ts': ['certificates.ts', 'config', 'web'],
  'routes.ts': ['demo-constants.ts', 'config', 'protocol/feature.ts', 'tenant-directory.ts', 'version.ts', 'web'],
  'platform.ts': ['file-access.ts'],
  'file-access.ts': [],
  'node-clock.ts': ['platform.ts', 'store'],
  'version.ts': [],
  'periodic-task.ts': ['web'],
  'startup-error.ts': [],
  'key-encryption.ts': ['config', 'crypto', 'platform.ts', 'startup-error.ts', 'store', 'tenant.ts'],
  'app.ts': [
    'certificates.ts',
    'key-encryption.ts',
    'listeners.ts',
    'node-clock.ts',
    'outbound',
    'outbox',
    'startup-error.ts',
    'periodic-task.ts',
    'routes.ts',
    'config',
    'identity',
    'mail',
    'message-delivery.ts',
    'platform.ts',
    'protocol',
    'tenant.ts',
    'tenant-cache.ts',
    'crypto',
    'store',
    'tenant-directory.ts',
    'vault',
    'version.ts',
    'web',
  ],
  'message-delivery.ts': ['crypto', 'identity', 'mail', 'outbox', 'store', 'tenant.ts'],
  'tenant-directory.ts': ['protocol', 'store'],
  'tenant-cache.ts': ['store', 'tenant.ts'],
  'tenant.ts': [
    'config',
    'identity',
    'mail',
    'outbox',
    'platform.ts',
    'protocol',
    'crypto',
    'store',
    'tenant-credentials.ts',
    'tenant-grant-types.ts',
    'tenant-keys.ts',
    'tenant-registration.ts',
    'tenant-scopes.ts',
    'tenant-upstream.ts',
    'tenant-events.ts',
    'vault',
    'web',
  ],
  'tenant-credentials.ts': ['protocol'],
  'tenant-grant-types.ts': ['protocol'],
  'tenant-scopes.ts': ['identity', 'protocol', 'store'],
  'tenant-registration.ts': ['config', 'protocol', 'store'],
  'tenant-keys.ts': ['config', 'crypto', 'platform.ts', 'protocol', 'store'],
  'tenant-upstream.ts': ['config', 'connections', 'crypto', 'identity', 'platform.ts', 'protocol', 'store', 'vault'],
  'tenant-events.ts': ['crypto', 'identity', 'platform.ts', 'store'],
  'demo-constants.ts': [],
  'demo-data.ts': ['demo-constants.ts', 'tenant.ts', 'app.ts', 'protocol', 'identity'],
  // Words the errors of every folder for the operator, and migrates without opening an application.
  cli: [
    'key-encryption.ts',
    'startup-error.ts',
    'tenant.ts',
    'app.ts',
    'config',
    'platform.ts',
    'version.ts',
    'demo-constants.ts',
    'demo-data.ts',
    'protocol',
    'identity',
    'crypto',
    'connections',
    'store/auth-manager-vault.ts',
    'store/migrate.ts',
    'store/open.ts',
    'store/sealed-values.ts',
    'store/sql.ts',
    'store/types.ts',
    'vault',
  ],
  'main.ts': ['cli'],
}

suite('folders', () => {
  test('import only what they may', () => {
    const wrong = sources.flatMap(({ path, imports }) => {
      const abroad = imports.filter((i) => i.ours && folderAtTop(i.target) !== folderAtTop(path)).map((i) => i.target)
      const forbidden = abroad.filter((target) => !may[folderAtTop(path)]?.some((context) => within(target, context)))
      return [
        ...(folderAtTop(path) in may ? [] : [`${path} is in no folder of the table`]),
        ...forbidden.map((target) => `${path} imports ${target}`),
      ]
    })
    assert.deepEqual(wrong, [])
  })

  test('have no entry in the table that nobody uses', () => {
    for (const [folder, targetsAllowed] of Object.entries(may)) {
      const files = sources.filter(({ path }) => folderAtTop(path) === folder)
      const targets = files.flatMap(({ imports }) => imports.map((i) => i.target))
      assert.ok(files.length > 0, `there is no ${folder}`)
      assert.deepEqual(
        targetsAllowed.filter((context) => context.includes('/') && !targets.includes(context)),
        [],
        `${folder} no longer needs these`,
      )
    }
  })

  test('the rules do not import features, features do not import each other, and others import only the catalogue', () => {
    const shown = ['protocol/features/index.ts', 'protocol/features/profiles.ts']
    const folderOf = (path: string) => path.split('/').slice(0, -1).join('/')
    const wrong = sources
      .filter(({ path }) => path !== shown[0])
      .flatMap(({ path, imports }) => {
        const features = imports.map((i) => i.target).filter((target) => within(target, 'protocol/features'))
        const ownFolder = folderOf(path) !== 'protocol/features' && within(path, 'protocol/features') ? folderOf(path) : undefined
        const allowed = (target: string) => (within(path, 'protocol') ? folderOf(target) === ownFolder : shown.includes(target))
        return features.filter((target) => !allowed(target)).map((target) => `${path} imports ${target}`)
      })
    assert.deepEqual(wrong, [])
  })

  test('depend in one direction: no file imports itself through others, not even for a type', () => {
    const graph = new Map(sources.map(({ path, imports }) => [path, imports.filter((i) => i.ours).map((i) => i.target)]))
    const done = new Set<string>()
    const visit = (path: string, trail: readonly string[]): void => {
      assert.ok(!trail.includes(path), `import cycle: ${[...trail.slice(trail.indexOf(path)), path].join(' → ')}`)
      if (done.has(path)) return
      for (const next of graph.get(path) ?? []) visit(next, [...trail, path])
      done.add(path)
    }
    for (const path of graph.keys()) visit(path, [])
  })

  test('do not re-export: a name has one file', () => {
    assert.deepEqual(matching(/^export (?:type )?(?:\*|\{[^}]*\}) from /m), [])
  })
})

suite('the outside world', () => {
  test('is reached only through few modules', () => {
    const wrong = sources.flatMap(({ path, imports }) => {
      const pure = within(path, 'identity') || (within(path, 'protocol') && !within(path, 'protocol/codec'))
      const allowed = (name: string) =>
        pure ? ['zod', 'node:buffer', 'ipaddr.js'].includes(name) : (guarded[name]?.some((context) => within(path, context)) ?? true)
      return imports.filter((i) => !i.ours && !allowed(i.target)).map((i) => `${path} imports ${i.target}`)
    })
    assert.deepEqual(wrong, [])
  })

  for (const { word, only, instead } of words) {
    test(`${instead}, not ${word.source}`, () => assert.deepEqual(matching(word, only), []))
  }
})

suite('files', () => {
  test('are short', () => {
    const long = [...sources, ...tests].filter(({ text }) => text.trimEnd().split('\n').length > 300)
    assert.deepEqual(
      long.map(({ path }) => path),
      [],
    )
  })

  test('hold short functions', () => {
    const long = sources.flatMap((source) =>
      functionsOf(source)
        .filter((f) => f.ownLines > 60)
        .map((f) => `${source.path}:${f.line} ${f.head}`),
    )
    assert.deepEqual(long, [])
  })

  test('state in their first line what they are', () => {
    assert.deepEqual(
      sources.filter(({ text }) => !/^\/\*\* .{12,}\*\/\n|^\/\*\*\n \* \S/.test(text)).map(({ path }) => path),
      [],
    )
  })

  test('cite a clause only of a specification that they name', () => {
    const named =
      /RFC ?\d{3,4}|draft-ietf-|6265bis|OpenID|OAuth 2\.0|\b(?:Core|Discovery|Registration|Logout|FAPI|WCAG|HTML|JARM|Web Authentication|Unicode|Fetch Standard|FIPS|SP 800)\b|Content Security|Token Status List|SD-JWT VC|ISO\/IEC/
    const wrong = sources.flatMap(({ path, text }) => {
      const lines = text.split('\n')
      return lines
        .filter((line) => line.includes('§') && !named.test(line) && !named.test(lines[0]!))
        .map((line) => `${path}: ${line.trim()}`)
    })
    assert.deepEqual(wrong, [])
  })

  test('have no TODO and no variable at the top level', () => {
    assert.deepEqual(matching(/^(?:export )?(?:let|var) /m), [])
    assert.deepEqual(
      sources.filter(({ text }) => /\b(?:TODO|FIXME|XXX|HACK)\b/.test(text)).map(({ path }) => path),
      [],
    )
  })

  test('have meaningful names', () => {
    const empty =
      /(?:Manager|Service|Helper|Util|Impl|Common)s?(?![a-z])|(?:^|[-/])(?:manager|service|helper|util|impl|common|base)s?(?:[-.]|$)|[a-z]Base$/
    const wrong = sources.flatMap(({ path, code }) => {
      const exported = [...code.matchAll(/^export (?:async )?(?:function\*?|class|interface|type|const) (\w+)/gm)].map(([, name]) => name!)
      return [path, ...exported].filter((name) => empty.test(name.replace(/auth-?manager/i, 'auth'))) // another product's name.map((name) => `${path}: ${name}`)
    })
    assert.deepEqual(wrong, [])
    assert.deepEqual(
      sources.filter(({ path }) => !/^(?:[a-z\d]+(?:-[a-z\d]+)*\/)*[a-z\d]+(?:-[a-z\d]+)*\.ts$/.test(path)).map(({ path }) => path),
      [],
    )
  })
})

function matching(word: RegExp, only: readonly string[] = []): string[] {
  return sources.filter(({ path, code }) => word.test(code) && !only.some((context) => within(path, context))).map(({ path }) => path)
}

const folderAtTop = (path: Source['path']): string => path.split('/')[0]!
