/** The command line as a whole: what `gatehouse --help` tells. */
import { Command } from 'commander'
import { version } from '../version.ts'
import { withExamples } from './admin-command.ts'
import { apiKeys } from './api-keys.ts'
import { apply } from './apply.ts'
import { attributes } from './attributes.ts'
import { auditLog } from './audit.ts'
import { clients } from './clients.ts'
import { config } from './config.ts'
import { exports } from './export.ts'
import { grants } from './grants.ts'
import { groups } from './groups.ts'
import { keys } from './keys.ts'
import { machines } from './machines.ts'
import { migrate } from './migrate.ts'
import { resources } from './resources.ts'
import { roleMatrix } from './roles.ts'
import { serve } from './serve.ts'
import { sessions } from './sessions.ts'
import { tenants } from './tenants.ts'
import { hasColour, painter, type Terminal } from './terminal.ts'
import { userChange } from './user-change.ts'
import { userFactors } from './user-factors.ts'
import { userImport } from './user-import.ts'
import { userLinks } from './user-links.ts'
import { users } from './users.ts'

/** `width`: columns of the help, for those who print it elsewhere than on this terminal. */
export function program(terminal: Terminal, width?: number): Command {
  const paint = painter(terminal, terminal.stderr)
  const root = withExamples(
    new Command('gatehouse')
      .description('An identity server: OAuth 2.0 and OpenID Connect for people, machines and agents.')
      .option('--config <file>', 'settings, YAML or JSON (default: GATEHOUSE_CONFIG, else gatehouse.yaml if there is one)')
      .version(version)
      .configureHelp({ showGlobalOptions: true })
      .configureOutput({
        writeOut: (text) => terminal.stdout.write(text),
        writeErr: (text) => terminal.stderr.write(text),
        outputError: (text, write) => write(text.replace(/^error:/, paint('red', 'error:'))),
        getOutHasColors: () => hasColour(terminal, terminal.stdout),
        ...(width ? { getOutHelpWidth: () => width } : {}),
      })
      .showSuggestionAfterError()
      .showHelpAfterError('(add --help to see what there is)')
      .exitOverride(),
    ['gatehouse dev', 'gatehouse serve --config /etc/gatehouse.yaml', 'gatehouse users create --username ada --random-password'],
  )
  root.commandsGroup('Serve:')
  serve(root, terminal)
  root.commandsGroup('Set up:')
  config(root, terminal)
  migrate(root, terminal)
  root.commandsGroup('Look after:')
  tenants(root, terminal)
  const people = users(root, terminal)
  userImport(people, terminal)
  userChange(people, terminal)
  userLinks(people, terminal)
  userFactors(people, terminal)
  groups(root, terminal)
  attributes(root, terminal)
  clients(root, terminal)
  machines(root, terminal)
  apiKeys(root, terminal)
  resources(root, terminal)
  sessions(root, terminal)
  grants(root, terminal)
  roleMatrix(root, terminal)
  keys(root, terminal)
  auditLog(root, terminal)
  apply(root, terminal)
  exports(root, terminal)
  return root
}
