/** Nothing can be set that no code reads: members of clients, resources, tenants and the configuration, and options of the command line. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settings } from '../src/config/settings.ts'
import { clientSchema } from '../src/protocol/client.ts'
import { policySchema } from '../src/protocol/client-policy.ts'
import { catalogue, enabled } from '../src/protocol/features/index.ts'
import { resourceSchema } from '../src/protocol/resource.ts'
import { tenantSettingsSchema } from '../src/protocol/tenant-settings.ts'
import { sources } from './sources.ts'

/** Files that say what the members are, and nothing of what follows from them. */
const tables = [
  'protocol/client.ts',
  'protocol/stored-client.ts',
  'protocol/features/profiles.ts',
  'protocol/resource.ts',
  'protocol/tenant-settings.ts',
  'protocol/lifetimes.ts',
  'config/schema.ts',
  'config/aliases.ts',
]

/** Members that change nothing, and why they may. */
const informational: Readonly<Record<string, string>> = {
  frontchannel_logout_session_required: 'every frame names the session',
  backchannel_logout_session_required: 'every logout token names the session',
  client_uri: 'shown by the administration',
  contacts: 'shown by the administration',
  contact: 'shown by the administration',
  software_id: 'shown by the administration',
  software_version: 'shown by the administration',
  require_auth_time: 'auth_time is in every ID token anyway',
}

/** Is a member read: `x.name`, `x['name']`, x[`${kind}_name`], `'a.name'`, or taken apart in `{ name }`? */
function isRead(name: string): boolean {
  const ending = /_encrypted\w+/.exec(name)?.[0] ?? name // of the same kinds there are several
  const read = new RegExp(
    `\\[\`\\$\\{\\w+\\}${ending}\`\\]|\\.${name}\\b|\\['${name}'\\]|[{,]\\s*${name}\\b[^()]*\\}(?::[^=()]+)?\\)? =|[{,] ${name}(?:: \\w+)?(?: = \\w+)?[,: ][^{}]*\\}[:)]`,
  )
  return sources.some(({ path, code }) => !tables.includes(path) && read.test(code))
}

/** Registration refuses every value but the default as long as no feature serves another. */
function isFixed(policy: string): boolean {
  const features = enabled(Object.fromEntries(Object.keys(catalogue).map((name) => [name, true])))
  return policy in policySchema.parse({}) && !features.some(({ serves }) => serves && policy in serves)
}

for (const [kind, schema] of Object.entries({ client: clientSchema, resource: resourceSchema, tenant: tenantSettingsSchema })) {
  test(`every member of a ${kind} is read by a rule`, () => {
    const unread = Object.keys(schema.shape).filter((name) => !(name in informational) && !isRead(name))
    assert.deepEqual(unread, [])
  })
}

test('every member of a client policy is read by a rule, or has one value', () => {
  assert.deepEqual(
    Object.keys(policySchema.shape).filter((name) => !isFixed(name) && !isRead(name)),
    [],
  )
})

test('every setting of the configuration is read', () => {
  const names = settings
    .filter(({ path, form }) => !path.startsWith('features.') && !form.secret)
    .map(({ path }) => path.split('.').at(-1)!)
  const files = names.filter((name) => !/_file$/.test(name)) // a secret's file is read in place of the secret
  assert.deepEqual(
    files.filter((name) => !isRead(name)),
    [],
  )
})

test('no excuse outlives its need', () => {
  assert.deepEqual(
    Object.keys(informational).filter((name) => ![clientSchema, resourceSchema, tenantSettingsSchema].some(({ shape }) => name in shape)),
    [],
  )
})

/** Options that several files share: defined in one, used in others. */
const shared = ['cli/admin-command.ts', 'cli/program.ts']

test('every option of the command line is read in the file that defines it', () => {
  const files = sources.filter(({ path }) => path.startsWith('cli/'))
  const defined = files.flatMap(({ path, code }) =>
    [...code.matchAll(/(?:\.option|new Option)\(\s*'--(?:no-)?([a-z-]+)/g)].map(([, flag]) => ({ path, name: camelCase(flag!) })),
  )
  assert.ok(defined.length > 50, `${defined.length} are found`)
  const isUsed = ({ path, name }: { path: string; name: string }) => {
    const read = new RegExp(
      `[fF]lags\\??\\.${name}\\b|getOptionValue\\('${name}'\\)|[{,]\\s*(?:${name}|${name}: \\w+)\\b[^{}]*\\}(?:: \\w*Flags|,? ?: \\{)`,
    )
    return files.some((file) => (file.path === path || shared.includes(path)) && read.test(file.code))
  }
  assert.deepEqual(
    defined.filter((option) => !isUsed(option)),
    [],
  )
})

function camelCase(flag: string): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
