/** What the compiler and the linter say of a changed source: what `npm run check` refuses cannot be committed, so no test has to notice it. */
import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Copy } from './copies.ts'
import { root } from './sources.ts'

export interface Check {
  /** `text`: the whole source. `original`: as it was, which passes. */
  refuses(file: string, text: string, original: string): Promise<boolean>
  end(): void
}

interface Diagnostic {
  severity: number
  code: number
}

/** TypeScript's errors for what is declared and never used: a sign of the change, not of a fault. */
const unused = [6133, 6138, 6192, 6196, 6198, 6199]
const floating = ['--type-aware', '--config', join(root, '.oxlintrc.json')]

export function startCheck(copy: Copy): Check {
  const server = startLanguageServer(copy.path)
  const opened = new Map<string, number>()
  const initialized = server.ask('initialize', { processId: process.pid, rootUri: pathToFileURL(copy.path).href, capabilities: {} })
  void initialized.then(() => server.tell('initialized', {}))

  async function hasTypeError(file: string, text: string): Promise<boolean> {
    await initialized
    const uri = pathToFileURL(join(copy.path, file)).href
    const version = (opened.get(file) ?? 0) + 1
    opened.set(file, version)
    if (version === 1) server.tell('textDocument/didOpen', { textDocument: { uri, languageId: 'typescript', version, text } })
    else server.tell('textDocument/didChange', { textDocument: { uri, version }, contentChanges: [{ text }] })
    const { items } = (await server.ask('textDocument/diagnostic', { textDocument: { uri } })) as { items: Diagnostic[] }
    return items.some(({ severity, code }) => severity === 1 && !unused.includes(code))
  }

  function hasFloatingPromise(file: string, text: string, original: string): boolean {
    copy.write(file, text)
    const { status } = spawnSync(join(root, 'node_modules', '.bin', 'oxlint'), [...floating, file], { cwd: copy.path })
    copy.write(file, original)
    return status !== 0
  }

  return {
    async refuses(file, text, original) {
      if (await hasTypeError(file, text)) return true
      await hasTypeError(file, original) // the other sources are checked against this one
      return original.length - text.length === 'await '.length && hasFloatingPromise(file, text, original)
    },
    end: server.end,
  }
}

/** TypeScript's own, which checks one changed file in a tenth of a second. */
function startLanguageServer(folder: string) {
  const child = spawn(join(root, 'node_modules', '.bin', 'tsc'), ['--lsp', '--stdio'], { cwd: folder, stdio: ['pipe', 'pipe', 'ignore'] })
  const answers = new Map<number, (result: unknown) => void>()
  let asked = 0
  let read = Buffer.alloc(0)
  const send = (message: object) => {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message })
    child.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)
  }
  const receive = ({ id, method, result }: { id?: number; method?: string; result?: unknown }) => {
    if (method === undefined) answers.get(id as number)?.(result)
    else if (id !== undefined) send({ id, result: null })
  }
  child.stdout.on('data', (chunk) => {
    read = Buffer.concat([read, chunk])
    for (;;) {
      const start = read.indexOf('\r\n\r\n') + 4
      const end = start + Number(/Content-Length: (\d+)/.exec(read.toString('latin1', 0, start))?.[1])
      if (start < 4 || read.length < end) return
      receive(JSON.parse(read.toString('utf8', start, end)))
      read = read.subarray(end)
    }
  })
  return {
    tell: (method: string, params: object) => send({ method, params }),
    ask(method: string, params: object): Promise<unknown> {
      const { promise, resolve } = Promise.withResolvers<unknown>()
      answers.set(++asked, resolve)
      send({ id: asked, method, params })
      return promise
    },
    end: () => void child.kill(),
  }
}
