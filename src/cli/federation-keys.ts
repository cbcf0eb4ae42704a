/** `gatehouse federation keys`, `rotate-keys` and `revoke-key`: the keys with which a tenant signs entity statements. */
import type { Command } from 'commander'
import type { Keyring } from '../crypto/keyring.ts'
import { rotateKey } from '../crypto/rotate-key.ts'
import type { Tenant } from '../tenant.ts'
import { type AdminFlags, adminCommand, confirm, printTable } from './admin-command.ts'
import { notMade, rotatedMembers } from './keys.ts'
import { withTenant } from './open.ts'
import { refuse } from './problems.ts'
import { dateOf, type Terminal } from './terminal.ts'

export function federationKeys(group: Command, terminal: Terminal): void {
  adminCommand(group, 'keys', 'federation keys', ['gatehouse federation keys', 'gatehouse federation keys --json']).action(
    (flags: AdminFlags) =>
      withTenant(terminal, flags, async (tenant) => {
        const keyring = keyringOf(tenant)
        const keys = await keyring.list()
        const published = (await keyring.jwks(tenant.ctx.now())).keys as { kid?: string }[]
        const shown = keys.map(({ kid, alg, state, activeAt, removeAt }) => {
          return { kid, alg, state, active_at: activeAt, remove_at: removeAt, jwk: published.find((jwk) => jwk.kid === kid) }
        })
        const rows = keys.map(({ kid, state, activeAt, removeAt }) => [kid, state, dateOf(activeAt), removeAt ? dateOf(removeAt) : ''])
        printTable(terminal, flags.json, shown, ['kid', 'state', 'signs from', 'published until'], rows)
      }),
  )
  adminCommand(
    group,
    'rotate-keys',
    'publish the next key, which signs a week later: tell superiors and those whose anchor it is before that',
    ['gatehouse federation rotate-keys', 'gatehouse federation rotate-keys --immediately'],
  )
    .option('--immediately', 'sign with it from now on, although nobody knows it yet')
    .action((flags: AdminFlags & { immediately?: true }) =>
      withTenant(terminal, flags, async (tenant, done) => {
        const immediately = flags.immediately === true
        const rotated = await rotateKey(keyringOf(tenant), 'ES256', immediately)
        if (rotated.waitsUntil === undefined) await done('federation.key-rotate', rotated.kid, { immediately })
        confirm(
          terminal,
          flags.json,
          rotatedMembers(rotated),
          rotated.waitsUntil === undefined ? rotated.kid : `${rotated.kid}  ${notMade(rotated.waitsUntil)}`,
        )
      }),
    )
  adminCommand(group, 'revoke-key <kid>', 'stop signing with a key and publishing it; it stays among the historical keys, as revoked', [
    'gatehouse federation revoke-key KID',
  ]).action((kid: string, flags: AdminFlags) =>
    withTenant(terminal, flags, async (tenant, done) => {
      if (!(await keyringOf(tenant).revoke(kid))) refuse(`there is no federation key ${kid}: see "gatehouse federation keys"`)
      await done('federation.key-revoke', kid)
      confirm(terminal, flags.json, { kid, revoked: true }, `Federation key ${kid} is revoked.`)
    }),
  )
}

export function keyringOf({ federationKeyring, slug }: Tenant): Keyring {
  return (
    federationKeyring ??
    refuse(`the tenant takes part in no federation: run "gatehouse tenants update ${slug || 'root'} --federation true"`)
  )
}
