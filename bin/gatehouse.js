#!/usr/bin/env node
/** Runs Gatehouse on this Node.js, or on the one that was installed with it when this one is too old. Plain JavaScript that old versions read, too. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import * as modules from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const [major, minor] = process.versions.node.split('.').map(Number)
const isCurrent = major > 24 || (major === 24 && minor >= 7)
const installed = isCurrent ? undefined : installedNode()

if (isCurrent) {
  // Kept beside the code, if that folder is writable: the next start is quicker and takes less memory.
  modules.enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/gatehouse', import.meta.url)))
  const source = new URL('../src/main.ts', import.meta.url)
  await import(existsSync(source) ? source.href : new URL('../dist/main.js', import.meta.url).href)
} else if (installed) {
  runWith(installed)
} else {
  console.error(`Gatehouse needs Node 24.7 or newer; this is Node ${process.versions.node}.`)
  process.exitCode = 1
}

/** The Node.js of the optional dependencies of this package; undefined where there is none for this platform. */
function installedNode() {
  const { resolve } = modules.createRequire(import.meta.url)
  const platform = process.platform === 'win32' ? 'win' : process.platform
  for (const name of [`node-${platform}-${process.arch}`, `node-bin-${platform}-${process.arch}`]) {
    try {
      const file = join(dirname(resolve(`${name}/package.json`)), 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
      if (existsSync(file)) return file
    } catch {
      // It is not installed.
    }
  }
  return undefined
}

/** As if this process were that one: the same arguments, streams, signals and exit status. */
function runWith(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (status, signal) => {
    if (signal) process.kill(process.pid, 'SIGKILL')
    else process.exitCode = status
  })
}
