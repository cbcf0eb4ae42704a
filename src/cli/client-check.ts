/** `gatehouse clients check`: which rules of a security profile a client breaks, and how to mend each. */
import type { Command } from 'commander'
import type { ClientMetadata } from '../protocol/client.ts'
import { brokenRules, type ProfileName, profiles } from '../protocol/features/profiles.ts'
import { type AdminFlags, adminCommand, confirm, printJson } from './admin-command.ts'
import { noSuchClient } from './client-secrets.ts'
import { withTenant } from './open.ts'
import { misuse, Problems, refuse } from './problems.ts'
import type { Terminal } from './terminal.ts'

export const profileNames = Object.keys(profiles).join(', ')

export function clientCheck(group: Command, terminal: Terminal): void {
  adminCommand(group, 'check <id>', 'which rules of a security profile a client breaks, and how to mend each', [
    'gatehouse clients check shop --profile fapi2',
  ])
    .requiredOption('--profile <name>', `one of ${profileNames}`)
    .action((id: string, flags: AdminFlags & { profile: string }) => {
      const profile = readProfile(flags.profile)
      return withTenant(terminal, flags, async ({ store }) => {
        const client = (await store.clientsAdmin.find(id)) ?? noSuchClient(id)
        const broken = brokenRules(profile, client)
        if (broken.length === 0)
          return confirm(terminal, flags.json, { client_id: id, profile, broken: [] }, `Client ${id} keeps ${profile}.`)
        if (!flags.json) return refuse(...sentencesOf(id, profile, client))
        printJson(terminal, { client_id: id, profile, broken: broken.map(({ clause, demand, mend }) => ({ clause, demand, mend })) })
        throw new Problems(1, [])
      })
    })
}

export function readProfile(name: string): ProfileName {
  return Object.hasOwn(profiles, name) ? (name as ProfileName) : misuse(`--profile must be one of ${profileNames}`)
}

/** Refuses a client that breaks a rule of the profile it is created under. */
export function checkProfile(profile: ProfileName | undefined, client: ClientMetadata): void {
  const broken = profile === undefined ? [] : brokenRules(profile, client)
  if (broken.length > 0) refuse(...broken.map(({ clause, demand, mend }) => `${demand} (${clause}) — add ${mend}`))
}

function sentencesOf(id: string, profile: ProfileName, client: ClientMetadata): string[] {
  return brokenRules(profile, client).map(({ clause, demand, mend }) => `${demand} (${clause}) — gatehouse clients update ${id} ${mend}`)
}
