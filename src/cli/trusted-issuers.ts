/** `gatehouse trusted-issuers`: issuers whose assertions about people are accepted as authorization grants — RFC 7523 §2.1. */
import type { Command } from 'commander'
import { type TrustedIssuer, trustedIssuerSchema } from '../protocol/trusted-issuer.ts'
import type { Tenant } from '../tenant.ts'
import { type AdminFlags, adminCommand, all, confirm, merged, print, printTable, readObject } from './admin-command.ts'
import { addFlags, flagOf, givenByFlags } from './flags.ts'
import { withTenant } from './open.ts'
import { checked, refuse } from './problems.ts'
import type { Terminal } from './terminal.ts'

interface IssuerFlags extends AdminFlags {
  file?: string
  unset?: string[]
}

const heading = 'Trusted issuer:'

export function trustedIssuers(group: Command, terminal: Terminal): void {
  const create = adminCommand(group, 'create', 'trust an issuer', [
    'gatehouse trusted-issuers create --issuer https://idp.example --jwks-uri https://idp.example/jwks --clients wiki --scope "files:read" --subject-kind login --subject-claim email',
  ])
  addFlags(fileFlag(create), trustedIssuerSchema, heading).action((flags: IssuerFlags, command: Command) =>
    createIssuer(terminal, flags, command),
  )
  adminCommand(group, 'list', 'all trusted issuers', ['gatehouse trusted-issuers list']).action((flags: AdminFlags) =>
    withTenant(terminal, flags, async ({ store }) => {
      const found = await all(store.trustedIssuersAdmin.list, ({ issuer }) => issuer)
      const rows = found.map(({ issuer, enabled, clients, scope }) => [issuer, enabled ? 'yes' : 'no', clients.join(' '), scope])
      printTable(terminal, flags.json, found, ['issuer', 'enabled', 'clients', 'scope'], rows)
    }),
  )
  adminCommand(group, 'show <issuer>', 'one trusted issuer', ['gatehouse trusted-issuers show https://idp.example']).action(
    (issuer: string, flags: AdminFlags) =>
      withTenant(terminal, flags, async (tenant) => print(terminal, flags.json, await find(tenant, issuer))),
  )
  const update = adminCommand(group, 'update <issuer>', 'change only the given members', [
    'gatehouse trusted-issuers update https://idp.example --enabled false',
    'gatehouse trusted-issuers update https://idp.example --unset jwks --jwks-uri https://idp.example/keys',
  ]).option('--unset <fields...>', 'members to remove')
  addFlags(fileFlag(update), trustedIssuerSchema, heading).action((issuer: string, flags: IssuerFlags, command: Command) =>
    updateIssuer(terminal, issuer, flags, command),
  )
  adminCommand(group, 'delete <issuer>', 'trust an issuer no longer; tokens that were issued stay until they expire', [
    'gatehouse trusted-issuers delete https://idp.example',
  ]).action((issuer: string, flags: AdminFlags) =>
    withTenant(terminal, flags, async ({ store }, done) => {
      if (!(await store.trustedIssuersAdmin.remove(issuer))) noSuchIssuer(issuer)
      await done('trusted-issuer.remove', issuer)
      confirm(terminal, flags.json, { issuer, deleted: true }, `Issuer ${issuer} is no longer trusted.`)
    }),
  )
}

const fileFlag = (command: Command) =>
  command.option('--file <path>', 'the trusted issuer as a JSON object; - reads standard input; flags take precedence')

async function createIssuer(terminal: Terminal, flags: IssuerFlags, command: Command): Promise<void> {
  await withTenant(terminal, flags, async ({ store }, done) => {
    const given = merged(await readObject(terminal, flags.file), givenByFlags(command, trustedIssuerSchema))
    const issuer = checked(trustedIssuerSchema, given, flagOf)
    if (!(await store.trustedIssuersAdmin.add(issuer))) refuse(`issuer ${issuer.issuer} is trusted already`)
    await done('trusted-issuer.create', issuer.issuer)
    print(terminal, flags.json, issuer)
  })
}

async function updateIssuer(terminal: Terminal, name: string, flags: IssuerFlags, command: Command): Promise<void> {
  await withTenant(terminal, flags, async (tenant, done) => {
    const given = merged(await readObject(terminal, flags.file), givenByFlags(command, trustedIssuerSchema))
    if (given['issuer'] !== undefined && given['issuer'] !== name) refuse('issuer cannot be changed')
    const kept = Object.entries(await find(tenant, name)).filter(([member]) => !flags.unset?.includes(member))
    const issuer = checked(trustedIssuerSchema, { ...Object.fromEntries(kept), ...given }, flagOf)
    if (!(await tenant.store.trustedIssuersAdmin.replace(issuer))) noSuchIssuer(name)
    await done('trusted-issuer.change', name, { changed: Object.keys(given).join(' ') })
    print(terminal, flags.json, issuer)
  })
}

async function find({ store }: Tenant, issuer: string): Promise<TrustedIssuer> {
  return (await store.trustedIssuers.find(issuer)) ?? noSuchIssuer(issuer)
}

function noSuchIssuer(issuer: string): never {
  return refuse(`issuer ${issuer} is not trusted: see "gatehouse trusted-issuers list"`)
}
