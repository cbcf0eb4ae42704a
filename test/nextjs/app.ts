/** A Next.js application, installed from npm into a temporary folder, built and started on a free port of loopback. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../app.ts'

const next = '16.4.6'
const react = '19.3.1'

export interface NextApp {
  origin: string
  /** Builds and starts it. The files of the application by their path. */
  start(files: Readonly<Record<string, string>>): Promise<void>
  close(): Promise<void>
}

/** `nextAuth`: the version of the package `next-auth`. */
export async function nextApp(nextAuth: string): Promise<NextApp> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-nextjs-'))
  const port = await freePort()
  const origin = `http://localhost:${port}`
  const program = join(folder, 'node_modules/next/dist/bin/next')
  let running: ChildProcess | undefined
  return {
    origin,
    async start(files) {
      const dependencies = { next, react, 'react-dom': react, 'next-auth': nextAuth }
      write(folder, { 'package.json': JSON.stringify({ private: true, dependencies }), ...layout, ...files })
      const run = promisify(execFile)
      await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: folder })
      const secret = 'a secret of the application, long enough'
      const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', AUTH_SECRET: secret, AUTH_TRUST_HOST: 'true' }
      const all = { ...env, NODE_ENV: 'production' as const, NEXTAUTH_SECRET: secret, NEXTAUTH_URL: origin }
      await run(process.execPath, [program, 'build'], { cwd: folder, env: all, maxBuffer: 1 << 26 })
      running = spawn(process.execPath, [program, 'start', '--port', String(port)], { cwd: folder, env: all, stdio: 'ignore' })
      while (!(await answers(origin))) {
        if (running.exitCode !== null) throw new Error('the Next.js application has ended')
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
    },
    async close() {
      if (running?.exitCode === null) await new Promise((resolve) => running?.once('exit', resolve).kill())
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

const answers = (origin: string) =>
  fetch(origin).then(
    () => true,
    () => false,
  )

const layout = {
  'app/layout.jsx': 'export default ({ children }) => <html lang="en"><body>{children}</body></html>\n',
}
