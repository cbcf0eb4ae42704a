/** The command line as a whole: every command of the first level, of which only those in use are loaded. */
import { Command, type ErrorOptions } from 'commander'
import { version } from '../version.ts'
import { withExamples } from './admin-command.ts'
import { refuseMissingFile } from './open.ts'
import { hasColour, painter, type Terminal } from './terminal.ts'

/** Adds to a command what follows its name: subcommands, or options and an action. */
type Define = (command: Command, terminal: Terminal) => void

interface Entry {
  usage: string
  summary: string
  load(): Promise<Define[]>
}

const entries: Readonly<Record<string, readonly Entry[]>> = {
  'Serve:': [
    {
      usage: 'dev',
      summary: 'development mode: needs no settings, makes keys and demo clients, prints how to begin',
      load: async () => [(await import('./serve.ts')).dev],
    },
    { usage: 'serve', summary: 'production mode: refuses unsafe settings', load: async () => [(await import('./serve.ts')).serve] },
  ],
  'Set up:': [
    { usage: 'config', summary: 'the settings, from file and environment', load: async () => [(await import('./config.ts')).config] },
    {
      usage: 'migrate',
      summary: 'bring the database to the schema of this version',
      load: async () => [(await import('./migrate.ts')).migrate],
    },
    {
      usage: 'version',
      summary: 'the version of Gatehouse and of its Node.js',
      load: async () => [(await import('./version.ts')).versions],
    },
  ],
  'Administer:': [
    {
      usage: 'tenants',
      summary: 'tenants of this installation, each with its own people, clients and keys',
      load: async () => [(await import('./tenants.ts')).tenants],
    },
    {
      usage: 'users',
      summary: 'people who sign in; LOGIN is a user name or an email address',
      load: async () => [
        (await import('./users.ts')).users,
        (await import('./user-list.ts')).userList,
        (await import('./user-import.ts')).userImport,
        (await import('./user-update.ts')).userUpdate,
        (await import('./user-links.ts')).userLinks,
        (await import('./user-factors.ts')).userFactors,
      ],
    },
    {
      usage: 'groups',
      summary: 'groups of people, which tokens can list; GROUP is a name or an id',
      load: async () => [(await import('./groups.ts')).groups],
    },
    {
      usage: 'attributes',
      summary: 'attributes of people beyond the standard claims',
      load: async () => [(await import('./attributes.ts')).attributes],
    },
    {
      usage: 'clients',
      summary: 'applications and machines that request tokens',
      load: async () => [(await import('./clients.ts')).clients, (await import('./assignments.ts')).assignments],
    },
    {
      usage: 'registration-tokens',
      summary: 'initial access tokens, with which applications register themselves',
      load: async () => [(await import('./registration-tokens.ts')).registrationTokens],
    },
    {
      usage: 'services',
      summary: 'machines with an identity of their own, which use API keys',
      load: async () => [(await import('./machines.ts')).machines],
    },
    {
      usage: 'api-keys',
      summary: 'long-lived credentials of people and services, for programs without OAuth',
      load: async () => [(await import('./api-keys.ts')).apiKeys],
    },
    {
      usage: 'resources',
      summary: 'protected APIs, the audiences of access tokens',
      load: async () => [(await import('./resources.ts')).resources],
    },
    {
      usage: 'connections',
      summary: 'other providers that people sign in through, and whose tokens can be kept',
      load: async () => [(await import('./connections.ts')).connections],
    },
    {
      usage: 'credentials',
      summary: 'credentials for wallets: which can be issued, offers, and what was issued',
      load: async () => [
        (await import('./credential-configurations.ts')).credentialConfigurations,
        (await import('./credentials.ts')).credentials,
      ],
    },
    {
      usage: 'trusted-issuers',
      summary: 'issuers whose assertions about people are accepted as grants, RFC 7523',
      load: async () => [(await import('./trusted-issuers.ts')).trustedIssuers],
    },
    {
      usage: 'vault',
      summary: 'stored tokens of other providers',
      load: async () => [(await import('./vault.ts')).vault],
    },
    { usage: 'sessions', summary: 'browsers in which people are signed in', load: async () => [(await import('./sessions.ts')).sessions] },
    { usage: 'grants', summary: 'what people have allowed applications', load: async () => [(await import('./grants.ts')).grants] },
    { usage: 'roles', summary: "what people may do at their tenant's API", load: async () => [(await import('./roles.ts')).roleMatrix] },
    {
      usage: 'keys',
      summary: 'signing keys, which rotate automatically, and the key-encryption key',
      load: async () => [(await import('./keys.ts')).keys, (await import('./reseal.ts')).reseal],
    },
    {
      usage: 'federation',
      summary: 'whom a tenant trusts and vouches for in OpenID federations, its federation keys and trust marks',
      load: async () => [
        (await import('./federation.ts')).federation,
        (await import('./federation-keys.ts')).federationKeys,
        (await import('./federation-resolve.ts')).federationResolve,
        (await import('./trust-marks.ts')).trustMarks,
      ],
    },
    { usage: 'audit', summary: 'who did what and when, and the outcome', load: async () => [(await import('./audit.ts')).auditLog] },
    {
      usage: 'webhooks',
      summary: 'addresses of others, to which events of the audit log are sent',
      load: async () => [(await import('./webhooks.ts')).webhooks],
    },
    {
      usage: 'streams',
      summary: 'streams of security events, which applications set up (Shared Signals)',
      load: async () => [(await import('./streams.ts')).streams],
    },
    {
      usage: 'apply <file>',
      summary:
        'make clients, APIs, connections, webhooks, credentials, federation entities and trusted issuers match a YAML or JSON file, tenant by tenant; shows the changes first',
      load: async () => [(await import('./apply.ts')).apply],
    },
    {
      usage: 'import',
      summary: 'bring what another server has: clients, groups, roles and people',
      load: async () => [(await import('./import-keycloak.ts')).importKeycloak],
    },
    {
      usage: 'export',
      summary:
        'write clients, APIs, connections, webhooks, credentials, federation entities and trusted issuers in the form that "gatehouse apply" reads, without defaults and secrets',
      load: async () => [(await import('./export.ts')).exports],
    },
  ],
}

/** What other programs call our verbs. */
const verbs: Readonly<Record<string, readonly string[]>> = {
  create: ['add', 'new'],
  delete: ['remove', 'rm', 'destroy'],
  list: ['ls'],
  show: ['get', 'describe', 'view'],
  update: ['change', 'set', 'edit', 'modify', 'patch'],
}

/** Its actions get every option that applies to them: those of the command itself, and those of the program wherever they were written. */
class ProgramCommand extends Command {
  override createCommand(name?: string): Command {
    return new ProgramCommand(name)
  }

  override error(message: string, options?: ErrorOptions): never {
    const verb = options?.code === 'commander.unknownCommand' ? this.#verbFor(this.args[0]) : undefined
    return super.error(verb ? `error: unknown command '${this.args[0]}'\n(Did you mean ${verb}?)` : message, options)
  }

  #verbFor(word = ''): string | undefined {
    return this.commands.map((command) => command.name()).find((name) => verbs[name]?.includes(word))
  }

  // biome-ignore lint/suspicious/noExplicitAny: the arguments of an action are those its command declares
  override action(act: (...args: any[]) => void | Promise<void>): this {
    return super.action((...given) => act(...given.slice(0, -2), this.optsWithGlobals(), this))
  }
}

/**
 * `words`: the command line. Only the commands it names are loaded, or all when it names none. `width`: columns of the help, for output
 * other than this terminal.
 */
export async function program(terminal: Terminal, words: readonly string[], width?: number): Promise<Command> {
  const root = bareProgram(terminal, width)
  const listed = Object.entries(entries).flatMap(([heading, group]) => {
    root.commandsGroup(heading)
    return group.map(({ usage, summary, load }) => ({ command: root.command(usage).description(summary), load }))
  })
  const named = listed.filter(({ command }) => words.includes(command.name()))
  const used = named.length > 0 || words.some((word) => word === '--version' || word === '-V') ? named : listed
  for (const { command, load } of used) for (const define of await load()) define(command, terminal)
  return root
}

function bareProgram(terminal: Terminal, width: number | undefined): Command {
  const paint = painter(terminal, terminal.stderr)
  const root = new ProgramCommand('gatehouse')
    .description('An identity server: OAuth 2.0 and OpenID Connect for people, machines and agents.')
    .option('--config <file>', 'settings, YAML or JSON (default: GATEHOUSE_CONFIG, else gatehouse.yaml if it exists)')
    .version(version)
    .hook('preAction', (_, command) => refuseMissingFile(command.optsWithGlobals()))
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error:/, paint('red', 'error:'))),
      getOutHasColors: () => hasColour(terminal, terminal.stdout),
      ...(width ? { getOutHelpWidth: () => width } : {}),
    })
    .showSuggestionAfterError()
    .showHelpAfterError('(add --help for usage)')
    .exitOverride()
  const examples = [
    'gatehouse dev',
    'gatehouse serve --config /etc/gatehouse.yaml',
    'gatehouse users create --username ada --random-password',
  ]
  return withExamples(root, examples)
}
