/** `gatehouse federation`: entities, keys, trust marks, and chains as they are printed. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { commandLine } from '../../test/command-line.ts'
import { federation } from '../../test/federation.ts'

const { folder, gatehouse, json, remove } = await commandLine()
const world = federation(() => Math.floor(Date.now() / 1000))
const outbound = { GATEHOUSE_OUTBOUND_ALLOWED_ADDRESSES: '127.0.0.1,::1' }
after(async () => {
  await world.close()
  await remove()
})
const reaching = (line: string) => gatehouse(line, '', outbound)

test('keys, anchors and superiors are set up, shown and removed', async () => {
  assert.match((await gatehouse('federation keys')).err, /run "gatehouse tenants update root --federation true"/)
  await json('tenants update root --federation true')
  const [key] = await json('federation keys')
  assert.deepEqual([key.state, key.jwk.kid], ['active', key.kid])
  await json('federation add superior https://superior.example')
  const file = join(folder, 'jwks.json')
  writeFileSync(file, JSON.stringify({ keys: [key.jwk] }))
  await json(`federation add anchor https://anchor.example --jwks-file ${file}`)
  const shown = await json('federation show')
  assert.deepEqual([shown.enabled, shown.anchors, shown.authority_hints], [true, ['https://anchor.example'], ['https://superior.example']])
  const keyed = join(folder, 'entity.json')
  writeFileSync(keyed, JSON.stringify({ jwks: { keys: [key.jwk] } }))
  for (const flags of [`--jwks-file ${file}`, `--file ${keyed}`])
    assert.equal(
      (await gatehouse(`federation add anchor https://anchor.example ${flags}`)).out,
      `https://anchor.example is an anchor. Its keys: ${key.kid}.\n`,
    )
  assert.match((await gatehouse('federation list')).out, new RegExp(`anchor +https://anchor.example +${key.kid}`))
  await json('federation remove anchor https://anchor.example')
  assert.deepEqual(
    (await json('federation list')).map(({ role }: { role: string }) => role),
    ['superior'],
  )
  await json('federation remove superior https://superior.example')
})

test('what is wrong with an entity is said', async () => {
  const policy = join(folder, 'policy.json')
  writeFileSync(policy, JSON.stringify({ metadata_policy: { openid_relying_party: { scope: { value: 'a', one_of: ['b'] } } } }))
  const anchor = await world.entity()
  const refused: [line: string, message: RegExp][] = [
    ['federation add anchor http://anchor.example', /the entity identifier must be an https URL without query and fragment/],
    ['federation add anchor https://127.0.0.1', /the keys that https:\/\/127.0.0.1 publishes cannot be had: .*name them with --jwks-file/],
    [`federation add superior ${anchor.id} --file ${policy}`, /metadata_policy is for subordinate only; remove it/],
    [`federation add subordinate ${anchor.id} --file ${policy}`, /operators of a metadata policy contradict each other/],
    ['federation remove anchor https://anchor.example', /https:\/\/anchor.example is no anchor/],
    ['federation revoke-key nobody', /there is no federation key nobody/],
    ['federation revoke-trust-mark https://type.example https://rp.example', /there is no such trust mark in force/],
  ]
  for (const [line, message] of refused) {
    const { status, err } = await reaching(line)
    assert.equal(status, 1, line)
    assert.match(err, message)
  }
  assert.match((await gatehouse('federation add landlord https://x.example')).err, /the role must be one of anchor, superior, subordinate/)
})

test('resolve prints the chain with what each step allowed or took away, or why there is none', async () => {
  const anchor = await world.entity()
  const middle = await world.entity({ superiors: [anchor] })
  const rp = await world.entity({
    superiors: [middle],
    metadata: { openid_relying_party: { client_name: 'RP', scope: 'openid email' }, other: {} },
  })
  anchor.about.get(middle.id)!['constraints'] = { allowed_entity_types: ['openid_relying_party'] }
  middle.about.get(rp.id)!['metadata_policy'] = { openid_relying_party: { scope: { subset_of: ['openid'] } } }
  assert.match((await reaching(`federation resolve ${rp.id}`)).err, /there is no trust chain from/)
  assert.match((await reaching('federation resolve rp.example')).err, /the entity identifier must be an https URL without query/)
  assert.match((await reaching(`federation add anchor ${anchor.id}`)).out, /Its keys: key-\d+\. Compare them/)
  const { out, status } = await reaching(`federation resolve ${rp.id}`)
  assert.equal(status, 0)
  for (const line of [
    `  ${middle.id} vouches for ${rp.id}\n    demands openid_relying_party.scope\n`,
    `  ${anchor.id} vouches for ${middle.id}\n    constrains {"allowed_entity_types":["openid_relying_party"]}\n`,
    `  ${anchor.id} is a trust anchor\nConstraints took away: other\n`,
    `  openid_relying_party.scope: ["openid","email"] → ["openid"]  (subset_of, ${middle.id})\n`,
  ])
    assert.ok(out.includes(line), `${line}\nis not in\n${out}`)
  const printed = JSON.parse((await reaching(`federation resolve ${rp.id} --json`)).out)
  assert.deepEqual(printed.chain.metadata, { openid_relying_party: { client_name: 'RP', scope: 'openid' } })
  assert.deepEqual(
    printed.chain.statements.map(({ iss, sub, expires_at, ...stated }: Record<string, unknown>) => [
      iss,
      sub,
      typeof expires_at,
      Object.keys(stated),
    ]),
    [
      [rp.id, rp.id, 'number', []],
      [middle.id, rp.id, 'number', ['metadata_policy']],
      [anchor.id, middle.id, 'number', ['constraints']],
      [anchor.id, anchor.id, 'number', []],
    ],
  )
  middle.answers.set('/fetch', (req) => req.socket.destroy())
  const failed = await reaching(`federation resolve ${rp.id}`)
  assert.equal(failed.status, 1)
  assert.match(failed.out, new RegExp(`no trust chain through ${rp.id} → ${middle.id}: `))
})

test('trust marks are issued, listed and revoked', async () => {
  const issued = await json('federation issue-trust-mark https://type.example https://rp.example --expires-in 30d')
  assert.equal(issued.expires_at - issued.issued_at, 30 * 86_400)
  assert.match((await gatehouse('federation trust-marks')).out, /https:\/\/type.example +https:\/\/rp.example +until /)
  await json('federation revoke-trust-mark https://type.example https://rp.example')
  assert.match((await gatehouse('federation trust-marks')).out, /https:\/\/type.example +https:\/\/rp.example +revoked/)
})

test('the right to issue trust marks is delegated', async () => {
  const { delegation, expires_at } = await json(
    'federation delegate-trust-mark https://type.example https://issuer.example --expires-in 30d',
  )
  const [header, claims] = delegation.split('.').map((part: string) => part && Buffer.from(part, 'base64url').toString())
  assert.equal(JSON.parse(header).typ, 'trust-mark-delegation+jwt')
  const { sub, trust_mark_type, exp } = JSON.parse(claims)
  assert.deepEqual([sub, trust_mark_type, exp], ['https://issuer.example', 'https://type.example', expires_at])
  const file = join(folder, 'owner.json')
  writeFileSync(file, JSON.stringify({ delegations: [delegation] }))
  assert.match(
    (await gatehouse(`federation add trust_mark_owner https://owner.example --file ${file}`)).err,
    /delegations must be delegations of this owner, as JWTs/,
  )
  writeFileSync(file, JSON.stringify({ trust_mark_types: ['https://type.example'] }))
  const owner = await world.entity()
  assert.match(
    (await reaching(`federation add trust_mark_owner ${owner.id} --file ${file}`)).out,
    new RegExp(`${owner.id} is a trust_mark_owner. Its keys: ${owner.kid}. Compare them`),
  )
  await json(`federation remove trust_mark_owner ${owner.id}`)
})

test('entities are exported, and applied from a file', async () => {
  const entity = { role: 'superior', entity_id: 'https://declared.example' }
  const file = join(folder, 'declared.json')
  writeFileSync(file, JSON.stringify({ federation_entities: [entity, { ...entity, role: 'trust_mark_issuer' }] }))
  assert.match((await gatehouse(`apply ${file} --yes --prune`)).out, /\+ federation entity superior https:\/\/declared.example/)
  const { federation_entities: exported } = await json('export')
  assert.deepEqual(exported, [entity, { ...entity, role: 'trust_mark_issuer' }])
  writeFileSync(file, JSON.stringify({ federation_entities: [entity] }))
  assert.match((await gatehouse(`apply ${file} --yes --prune`)).out, /- federation entity trust_mark_issuer https:\/\/declared.example/)
  assert.deepEqual((await json('export')).federation_entities, [entity])
  writeFileSync(file, JSON.stringify({ federation_entities: [{ ...entity, constraints: {} }] }))
  assert.match(
    (await gatehouse(`apply ${file} --yes`)).err,
    /federation entity superior https:\/\/declared.example: constraints is for subordinate only/,
  )
})
