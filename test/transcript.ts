/** What commands print, for people and for programs, and what is in the audit log of those that change something. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CommandLine } from './command-line.ts'

export interface Line {
  /** In the order of the file: each may use what those before it made. */
  command: string
  printed: string
  /** With `--json`. */
  json: string
  /** In the audit log. */
  noted: string
}

/** In the file, `$` stands before a command, `=` before its JSON, `>` before an entry of the audit log, and nothing before what people read. */
export const transcript: readonly Line[] = readFileSync(join(import.meta.dirname, 'transcript.txt'), 'utf8')
  .split(/^\$ /m)
  .slice(1)
  .map((part) => {
    const [command = '', ...lines] = part.trimEnd().split('\n')
    const of = (mark: RegExp) => lines.flatMap((line) => mark.exec(line)?.[1] ?? []).join('\n')
    return { command, printed: of(/^(?![=>] )(.*)$/), json: of(/^= (.*)$/), noted: of(/^> (.*)$/) }
  })

/** Writes the files that the commands name. */
export function writeInputs(folder: string): void {
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  write('declared.yaml', 'clients:\n  - client_id: applied\n    redirect_uris: [https://applied.example/]\n')
  write('people.jsonl', '{"username": "imported"}')
  const realm = {
    realm: 'example',
    groups: [{ name: 'brought' }],
    clients: [{ clientId: 'brought', redirectUris: ['https://brought.example/'], publicClient: true }],
    users: [{ id: 'brought', username: 'brought', attributes: { desk: ['7'] } }],
  }
  write('realm.json', JSON.stringify(realm))
}

/** The words FOLDER, KEY, SECRET, TOKEN, KID and MEMBER stand for what there is when its turn comes. */
export async function filledIn(command: string, { folder, json }: CommandLine): Promise<string> {
  const read: Record<string, () => Promise<string>> = {
    FOLDER: async () => folder,
    KEY: async () => (await json('api-keys list'))[0].id,
    SECRET: async () => (await json('clients secrets shop'))[0].id,
    TOKEN: async () => (await json('registration-tokens list'))[0].id,
    KID: async () => (await json('keys list')).signing_keys[0].kid,
    MEMBER: async () => (await json('federation keys'))[0].kid,
  }
  const name = /\b(?:FOLDER|KEY|SECRET|TOKEN|KID|MEMBER)\b/.exec(command)?.[0]
  return name === undefined ? command : command.replace(name, (await read[name]?.()) ?? '')
}

/** With words in place of what differs from run to run, and without what comes after a text that is expected to end with `…`. */
export function masked(text: string, folder: string, expected: string): string {
  const shown = text
    .replaceAll(folder, 'FOLDER')
    .replace(/gth_\w+|whsec_[\w+/]+=*|\b[a-z2-9]{4}(?:-[a-z2-9]{4}){4}\b|\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, 'SECRET')
    .replace(/(?<![\w-]|%)(?:%22)?(?=[\w-]*[A-Z])(?:[\w-]{43}|[\w-]{22})(?![\w-])|\b[0-9a-f]{16}\b/g, 'ID')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d UTC|\b1[789]\d{8}\b/g, 'TIME')
    .replace(/ +$/gm, '')
    .trimEnd()
  return expected.endsWith('…') ? `${shown.slice(0, expected.length - 1)}…` : shown
}
