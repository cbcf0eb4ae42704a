/** `gatehouse trusted-issuers`: an issuer from the first trust to the last, by commands and by a file. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { parse, stringify } from 'yaml'
import { type CommandLine, commandLine } from '../../test/command-line.ts'

let shell: CommandLine
before(async () => {
  shell = await commandLine()
})
after(() => shell.remove())

const idp = 'https://idp.example'
const create = `trusted-issuers create --issuer ${idp} --jwks-uri ${idp}/jwks --clients wiki --subject-kind login --scope files:read`

test('an issuer is trusted, listed, changed, and trusted no longer', async () => {
  const made = await shell.json(create)
  assert.deepEqual([made.enabled, made.audiences, made.assertion_types, made.max_lifetime], [true, ['issuer'], ['jwt'], 300])
  assert.deepEqual(await shell.json(`trusted-issuers show ${idp}`), made)
  const changed = await shell.json(`trusted-issuers update ${idp} --enabled false --clients wiki mail --subject-claim email`)
  assert.deepEqual(
    [changed.enabled, changed.clients, changed.subject_claim, changed.scope],
    [false, ['wiki', 'mail'], 'email', 'files:read'],
  )
  assert.match((await shell.gatehouse('trusted-issuers list')).out, /https:\/\/idp\.example +no +wiki mail +files:read/)
  assert.equal((await shell.json(`trusted-issuers update ${idp} --unset subject_claim`)).subject_claim, 'sub')
  assert.match((await shell.gatehouse(create)).err, /issuer https:\/\/idp\.example is trusted already/)
  assert.equal((await shell.json(`trusted-issuers delete ${idp}`)).deleted, true)
  assert.equal((await shell.gatehouse(`trusted-issuers show ${idp}`)).status, 1)
})

const refused: readonly [line: string, message: RegExp][] = [
  ['trusted-issuers create --jwks-uri https://x.example --clients x', /--issuer is missing/],
  ['trusted-issuers create --issuer x --jwks-uri https://x.example --clients x', /--issuer must be an absolute URI/],
  [`trusted-issuers create --issuer ${idp} --clients x --subject-kind login`, /--jwks or jwks_uri is needed, and not both/],
  [`trusted-issuers create --issuer ${idp} --jwks-uri http://idp.example --clients x --subject-kind login`, /--jwks-uri must be https/],
  [`trusted-issuers create --issuer ${idp} --jwks-uri ${idp} --subject-kind login`, /--clients is missing/],
  [`trusted-issuers create --issuer ${idp} --jwks-uri ${idp} --clients x`, /--connection is needed when subject_kind is connection/],
  [`${create} --scope openid`, /--scope cannot have openid: nobody signs in/],
  [`${create} --scope 'read offline_access'`, /--scope cannot have offline_access: nobody signs in/],
  [`${create} --max-lifetime 86400`, /--max-lifetime/],
  [`trusted-issuers update ${idp} --issuer https://other.example`, /issuer cannot be changed/],
  ['trusted-issuers update https://nobody.example --enabled false', /issuer https:\/\/nobody\.example is not trusted/],
  ['trusted-issuers show https://nobody.example', /issuer https:\/\/nobody\.example is not trusted/],
  ['trusted-issuers delete https://nobody.example', /issuer https:\/\/nobody\.example is not trusted/],
]
for (const [line, message] of refused)
  test(`refused: ${line}`, async () => {
    const { status, err } = await shell.gatehouse(line)
    assert.notEqual(status, 0)
    assert.match(err, message)
  })

test('a file declares trusted issuers, and an export is such a file', async () => {
  const file = join(shell.folder, 'issuers.yaml')
  const apply = async (trusted_issuers: object[], flags = '--yes') => {
    writeFileSync(file, stringify({ trusted_issuers }))
    return shell.gatehouse(`apply ${file} ${flags}`)
  }
  const declared = { issuer: idp, jwks_uri: `${idp}/jwks`, clients: ['wiki'], scope: 'files:read', subject_kind: 'login' }
  const first = await apply([declared])
  assert.equal(first.status, 0, first.err)
  assert.match(first.out, /\+ trusted-issuer https:\/\/idp\.example\n/)
  assert.deepEqual(parse((await shell.gatehouse('export')).out).trusted_issuers, [declared])
  assert.equal((await apply([declared], '--yes --prune')).out, 'Nothing to do.\n')
  assert.match((await apply([{ ...declared, max_lifetime: 60 }])).out, /~ trusted-issuer https:\/\/idp\.example\n +max_lifetime/)
  assert.match((await apply([], '--yes --prune')).out, /- trusted-issuer https:\/\/idp\.example/)
  assert.deepEqual(await shell.json('trusted-issuers list'), [])
  for (const [entries, message] of [
    [[{ clients: ['x'] }], /a trusted issuer has no issuer/],
    [[{ ...declared, magic: true }], /magic is not known/],
    [[declared, declared], /trusted-issuer https:\/\/idp\.example is declared twice/],
  ] as const)
    assert.match((await apply([...entries])).err, message)
})
