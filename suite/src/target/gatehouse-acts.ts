/** What an administrator of Gatehouse does, with its command line. */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Unjudgeable } from '../errors.ts'
import { accountOf, badge, trustMarkType } from './gatehouse-files.ts'
import { people } from './prepared.ts'
import type { Administration } from './target.ts'

const seconds = 60

type Command = (words: readonly string[], input?: string) => Promise<string>

function commandLine(program: string, env: NodeJS.ProcessEnv): Command {
  return async (words, input = '') => {
    const running = promisify(execFile)(process.execPath, [program, ...words], { env, timeout: seconds * 1000 })
    running.child.stdin?.end(input)
    const { stdout } = await running.catch(({ stderr, message }) => {
      throw new Unjudgeable(`gatehouse ${words[0]} failed: ${stderr || message}`)
    })
    return stdout
  }
}

/** Creates the database, clients, APIs and people. `subordinate`: gets a trust mark. */
export async function prepare(folder: string, program: string, env: NodeJS.ProcessEnv, subordinate: string): Promise<void> {
  const gatehouse = commandLine(program, env)
  await gatehouse(['migrate'])
  const switches = { federation: 'true', 'front-channel-tokens': 'true', 'request-uri': 'true', 'client-id-hosts': '127.0.0.1' }
  await gatehouse(['tenants', 'update', 'root', ...Object.entries(switches).flatMap(([name, value]) => [`--${name}`, value])])
  await gatehouse(['apply', join(folder, 'clients.json'), '--yes'])
  await gatehouse(['federation', 'issue-trust-mark', trustMarkType, subordinate])
  const { create } = administration(folder, program, env)
  for (const person of people) await create(person)
}

export function administration(folder: string, program: string, env: NodeJS.ProcessEnv): Required<Administration> {
  const gatehouse = commandLine(program, env)
  async function offer(username: string, ...flags: readonly string[]): Promise<string> {
    const text = await gatehouse(['credentials', 'offer', badge.id, '--user', username, '--json', ...flags])
    const { link, by_value: byValue, tx_code: code } = JSON.parse(text) as Record<string, string | undefined>
    return `${link}\n${byValue}\ntx_code: ${code}\n`
  }
  return {
    async create({ username, password }) {
      const file = join(folder, `${username}.json`)
      writeFileSync(file, JSON.stringify(accountOf(username)))
      await gatehouse(['users', 'create', '--file', file, '--password-stdin'], password)
    },
    suspend: async ({ username }) => void (await gatehouse(['users', 'suspend', username])),
    delete: async ({ username }) => void (await gatehouse(['users', 'delete', username])),
    setPassword: async ({ username, password }) =>
      void (await gatehouse(['users', 'set-password', username, '--password-stdin'], password)),
    async withdraw({ username }) {
      const grants: { grant: string }[] = JSON.parse(await gatehouse(['grants', 'list', '--user', username, '--json']))
      for (const { grant } of grants) await gatehouse(['grants', 'revoke', grant])
    },
    offer: ({ username }) => offer(username, '--no-tx-code'),
    offerWithCode: ({ username }) => offer(username),
    async approve({ username }) {
      const { sub }: { sub: string } = JSON.parse(await gatehouse(['users', 'show', username, '--json']))
      const waiting: { request: string; sub: string }[] = JSON.parse(await gatehouse(['credentials', 'requests', '--json']))
      for (const { request } of waiting.filter((one) => one.sub === sub)) await gatehouse(['credentials', 'approve', request])
    },
  }
}
