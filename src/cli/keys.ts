/** `gatehouse keys`: the signing keys of a tenant, and how much is sealed under which key-encryption key. */
import { type Command, Option } from 'commander'
import type { KeyInfo } from '../crypto/keyring.ts'
import { type RotatedKey, rotateKey } from '../crypto/rotate-key.ts'
import { type KeyAlg, keyAlgs } from '../protocol/algs.ts'
import { type AdminFlags, adminCommand, confirm, printJson } from './admin-command.ts'
import { type KeyEncryptionKey, keyEncryptionKeys, keyEncryptionRows } from './key-encryption-keys.ts'
import { withTenant } from './open.ts'
import { refuse } from './problems.ts'
import { dateOf, type Terminal, table } from './terminal.ts'

export function keys(group: Command, terminal: Terminal): void {
  adminCommand(group, 'list', 'signing keys, and how much is sealed under each key-encryption key', ['gatehouse keys list']).action(
    (flags: AdminFlags) =>
      withTenant(terminal, flags, async ({ keyring }, _, { sealing }) =>
        list(terminal, flags, await keyring.list(), keyEncryptionKeys(await sealing.uses(), sealing.keyIds)),
      ),
  )

  adminCommand(group, 'rotate', 'make the next key, which signs once everyone can have read it', [
    'gatehouse keys rotate --alg ES256',
    'gatehouse keys rotate --alg ES256 --immediately',
  ])
    .addOption(new Option('--alg <name>', 'the algorithm; without it, all of them').choices(keyAlgs))
    .option('--immediately', 'sign with it from now on, although others may not have read it yet')
    .action((flags: AdminFlags & { alg?: KeyAlg; immediately?: true }) =>
      withTenant(terminal, flags, async ({ keyring }, done) => {
        if (flags.alg && !keyring.ownAlgs.includes(flags.alg)) refuse(`${flags.alg} is not in keys.algs, or its keys are files of your own`)
        const immediately = flags.immediately === true
        const rotated: (RotatedKey & { alg: KeyAlg })[] = []
        for (const alg of flags.alg ? [flags.alg] : keyring.ownAlgs) rotated.push({ alg, ...(await rotateKey(keyring, alg, immediately)) })
        for (const { alg, kid, waitsUntil } of rotated) if (waitsUntil === undefined) await done('key.rotate', kid, { alg, immediately })
        const lines = rotated.map(({ alg, kid, waitsUntil: until }) => `${alg}  ${kid}${until === undefined ? '' : `  ${notMade(until)}`}`)
        confirm(terminal, flags.json, rotated.map(rotatedMembers), lines.join('\n'))
      }),
    )

  adminCommand(group, 'revoke <kid>', 'stop trusting a key: everything it signed is refused at once', ['gatehouse keys revoke KID']).action(
    (kid: string, flags: AdminFlags) =>
      withTenant(terminal, flags, async ({ keyring }, done) => {
        if (!(await keyring.revoke(kid))) refuse(`there is no key ${kid}: see "gatehouse keys list"`)
        await done('key.revoke', kid)
        confirm(terminal, flags.json, { kid, revoked: true }, `Key ${kid} is revoked.`)
      }),
  )
}

/** What to say of a key that was not made. */
export function notMade(waitsUntil: number): string {
  return `nothing is made: this key waits already, and signs from ${dateOf(waitsUntil)}; with --immediately, a new key signs from now on`
}

export function rotatedMembers({ waitsUntil, ...rest }: RotatedKey): object {
  return { ...rest, made: waitsUntil === undefined, waits_until: waitsUntil }
}

function list(terminal: Terminal, { json }: AdminFlags, found: readonly KeyInfo[], sealedUnder: readonly KeyEncryptionKey[]): void {
  if (json) {
    printJson(terminal, { signing_keys: found.map(shown), key_encryption_keys: sealedUnder })
    return
  }
  const rows = found.map(({ kid, alg, state, activeAt, removeAt }) => [
    kid,
    alg,
    state,
    dateOf(activeAt),
    removeAt === undefined ? '' : dateOf(removeAt),
  ])
  terminal.stdout.write(table(terminal, ['kid', 'alg', 'state', 'signs from', 'published until'], rows))
  terminal.stdout.write(`\n${keyEncryptionRows(terminal, sealedUnder)}`)
}

function shown({ kid, alg, state, createdAt, activeAt, removeAt }: KeyInfo) {
  return { kid, alg, state, created_at: createdAt, active_at: activeAt, remove_at: removeAt }
}
