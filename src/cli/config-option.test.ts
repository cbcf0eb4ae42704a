/** `--config`: every command acts on the installation that it names, wherever it is written. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Command } from 'commander'
import { commandLine } from '../../test/command-line.ts'
import { program } from './program.ts'
import type { Terminal } from './terminal.ts'

const { folder, gatehouse, remove } = await commandLine()
after(remove)

const silent: Terminal = { env: {}, stdin: (async function* () {})(), stdout: { write: () => {} }, stderr: { write: () => {} } }
const wrong = join(folder, 'wrong.yaml')
writeFileSync(wrong, 'nonsense: 1\n')

/** Print constants: the commands that read no settings. */
const withoutSettings = ['roles list', 'connections presets', 'version']

/** Each command with its arguments, and the options that it cannot do without. */
function lines(command: Command, before: readonly string[]): string[][] {
  const words = [...before, command.name()]
  if (command.commands.length > 0) return command.commands.flatMap((inner) => lines(inner, words))
  const args = command.registeredArguments.map((argument) => (argument.name() === 'file' ? '-' : 'x'))
  const needed = command.options.filter(({ mandatory }) => mandatory).map(({ long }) => long as string)
  const options = needed.flatMap((name) => [name, name === '--profile' ? 'fapi2' : 'x'])
  return [[...words, ...args, ...options]]
}

const all = (await program(silent, [])).commands.flatMap((command) => lines(command, []))

for (const words of all) {
  const line = words.join(' ')
  const positions = (file: string) => [
    `--config ${file} ${line}`,
    `${words[0]} --config ${file} ${words.slice(1).join(' ')}`.trim(),
    `${line} --config ${file}`,
  ]

  test(`19: ${line} refuses a file that does not exist, wherever --config is written`, async () => {
    for (const written of positions('nowhere.yaml')) {
      const { status, out, err } = await gatehouse(written, 'nothing')
      assert.deepEqual([status, out, /nowhere\.yaml does not exist/.test(err)], [78, '', true], `${written}: ${err}`)
    }
  })

  test(`19: ${line} reads the file that is named, wherever --config is written`, async () => {
    if (withoutSettings.includes(line)) return
    for (const written of positions(wrong)) {
      const { status, err } = await gatehouse(written, '{}')
      assert.deepEqual([status, /nonsense is not a setting/.test(err)], [78, true], `${written}: ${err}`)
    }
  })
}

test('19: a command acts on the named installation and not on that of the environment', async () => {
  const other = await commandLine()
  const file = join(other.folder, 'other.yaml')
  writeFileSync(file, `database_url: sqlite:${join(other.folder, 'gatehouse.db')}\ndata_dir: ${other.folder}\n`)
  await gatehouse('users create --username ada')
  await other.gatehouse('users create --username ada')
  assert.equal((await gatehouse(`users suspend ada --config ${file}`, '', { GATEHOUSE_DATA_DIR: '' })).status, 0)
  assert.match((await gatehouse('users show ada')).out, /status +active/)
  assert.match((await other.gatehouse('users show ada')).out, /status +suspended/)
  await other.remove()
})
