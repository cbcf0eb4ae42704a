/** `gatehouse keys`: the signing keys of a tenant. */
import { type Command, Option } from 'commander'
import { type SigningAlg, signingAlgs } from '../protocol/algs.ts'
import { type AdminFlags, adminCommand, confirm } from './admin-command.ts'
import { withTenant } from './open.ts'
import { refuse } from './problems.ts'
import { dateOf, type Terminal, table } from './terminal.ts'

export function keys(group: Command, terminal: Terminal): void {
  adminCommand(group, 'list', 'all keys and what they do', ['gatehouse keys list']).action((flags: AdminFlags) =>
    withTenant(terminal, flags, async ({ keyring }) => {
      const found = await keyring.list()
      const rows = found.map(({ kid, alg, state, activeAt, removeAt }) => [
        kid,
        alg,
        state,
        dateOf(activeAt),
        removeAt === undefined ? '' : dateOf(removeAt),
      ])
      terminal.stdout.write(
        flags.json
          ? `${JSON.stringify(found, null, 2)}\n`
          : table(terminal, ['kid', 'alg', 'state', 'signs from', 'published until'], rows),
      )
    }),
  )

  adminCommand(group, 'rotate', 'make the next key, to sign once everyone can have read it', [
    'gatehouse keys rotate --alg ES256',
    'gatehouse keys rotate --alg ES256 --immediately',
  ])
    .addOption(new Option('--alg <name>', 'which algorithm; all when absent').choices(signingAlgs))
    .option('--immediately', 'sign with it from now on, though others may not have read it yet')
    .action((flags: AdminFlags & { alg?: SigningAlg; immediately?: true }) =>
      withTenant(terminal, flags, async ({ keyring }, done) => {
        if (flags.alg && !keyring.ownAlgs.includes(flags.alg)) refuse(`${flags.alg} is not in keys.algs, or its keys are files of your own`)
        const made: { alg: SigningAlg; kid: string }[] = []
        for (const alg of flags.alg ? [flags.alg] : keyring.ownAlgs) {
          made.push({ alg, kid: await keyring.rotate(alg, { immediately: flags.immediately === true }) })
        }
        for (const { alg, kid } of made) await done('key.rotate', kid, { alg, immediately: flags.immediately === true })
        confirm(terminal, flags.json, made, made.map(({ alg, kid }) => `${alg}  ${kid}`).join('\n'))
      }),
    )

  adminCommand(group, 'revoke <kid>', 'trust a key no more: what it signed is refused at once', ['gatehouse keys revoke KID']).action(
    (kid: string, flags: AdminFlags) =>
      withTenant(terminal, flags, async ({ keyring }, done) => {
        if (!(await keyring.revoke(kid))) refuse(`there is no key ${kid}: see "gatehouse keys list"`)
        await done('key.revoke', kid)
        confirm(terminal, flags.json, { kid, revoked: true }, `Key ${kid} is revoked.`)
      }),
  )
}
