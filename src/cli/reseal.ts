/** `gatehouse keys reseal`: seals everything in the database under the current key-encryption key, while the server runs. */
import type { Command } from 'commander'
import type { Tenant } from '../tenant.ts'
import { confirm, withExamples } from './admin-command.ts'
import { type ConfigFlags, doneIn, withApp } from './open.ts'
import { refuse } from './problems.ts'
import type { Terminal } from './terminal.ts'

interface ResealFlags extends ConfigFlags {
  json?: true
}

export function reseal(group: Command, terminal: Terminal): void {
  withExamples(
    group
      .command('reseal')
      .description('seal everything under the current key-encryption key, in all tenants, while the server runs')
      .option('--json', 'print JSON, for programs')
      .action((flags: ResealFlags) => resealAll(terminal, flags)),
    ['gatehouse keys reseal', 'gatehouse keys reseal --config /etc/gatehouse.yaml'],
  )
}

async function resealAll(terminal: Terminal, flags: ResealFlags): Promise<void> {
  await withApp(terminal, flags, async (app) => {
    const { resealed, failed } = await app.sealing.reseal(({ resealed, failed, total }) =>
      terminal.stderr.write(`${resealed + failed} of ${total}\n`),
    )
    const keyId = app.sealing.keyIds[0]
    const root = (await app.tenant('')) as Tenant
    await doneIn(root, terminal)('key.reseal', keyId, { resealed, failed })
    confirm(
      terminal,
      flags.json,
      { key_id: keyId, resealed, failed },
      `${resealed} values are sealed anew under key-encryption key ${keyId}.`,
    )
    if (failed > 0)
      refuse(`${failed} values do not open: they are damaged, or their key was not given; see "gatehouse keys list" for the keys they need`)
  })
}
