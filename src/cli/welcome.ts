/** The text that development mode prints when it is ready. */
import type { Config } from '../config/schema.ts'
import { demoAddresses } from '../demo-constants.ts'
import { type DemoData, demo } from '../demo-data.ts'
import { painter, type Terminal } from './terminal.ts'

interface Welcome extends Pick<Config, 'issuer' | 'demo'> {
  /** By which other commands cannot know the address. */
  portFlag: string | undefined
}

/** Fits 80 columns if the issuer is short. `made`: the outcome for the administrator. */
export function welcome(terminal: Terminal, { issuer, demo: { application }, portFlag }: Welcome, made: DemoData): string {
  const paint = painter(terminal, terminal.stdout)
  const line = (name: string, value: string, note = '') =>
    `  ${paint('dim', name.padEnd(15))} ${value}${note && paint('dim', `  ${note}`)}\n`
  return [
    '\n',
    `  ${paint('bold', paint('green', 'Gatehouse is ready'))} ${paint('dim', 'in development mode')}\n`,
    '\n',
    line('Address', paint('cyan', issuer), 'open it in a browser'),
    ...(application ? [line('Demo', paint('cyan', demoAddresses.application), 'an application to sign in to')] : []),
    line('Your account', `${issuer}/account`, 'for all accounts'),
    line('Discovery', `${issuer}/.well-known/openid-configuration`),
    ...administrator(made).map(([name, value, note]) => line(name, name === 'Password' ? paint('bold', value) : value, note)),
    line('Application', demo.application.client_id, `public, returns to ${demo.application.redirect_uri}`),
    line('Machine', demo.machine.client_id, demo.machine.secret),
    ...(portFlag ? [line('Other commands', `export GATEHOUSE_LISTEN_PORT=${portFlag}`, 'so they know the address')] : []),
    '\n',
    '  Your first token:\n',
    '\n',
    `    curl ${issuer}/token \\\n`,
    `      -u ${demo.machine.client_id}:${demo.machine.secret} \\\n`,
    '      -d grant_type=client_credentials \\\n',
    "      | node -p 'JSON.parse(fs.readFileSync(0))'\n",
    '\n',
    paint('dim', '  Ctrl-C stops it. "npx gatehouse --help" lists all commands.\n'),
    '\n',
  ].join('')
}

function administrator(made: DemoData): [name: string, value: string, note?: string][] {
  const { username } = demo.administrator
  if (made === 'there')
    return [
      ['Administrator', username, 'its password was shown at the first start'],
      ['Forgotten?', `npx gatehouse users set-password ${username} --random-password`],
    ]
  if (made === 'unfit') return [['Administrator', 'none', 'accounts need attributes here; see "users create"']]
  return [
    ['Administrator', username],
    ['Password', made.password, 'for the first sign-in; shown only once'],
  ]
}
