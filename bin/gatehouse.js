#!/usr/bin/env node
/** Plain JavaScript, so that an old Node.js can print that it is too old. */
import { existsSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 24 || (major === 24 && minor < 7)) {
  console.error(`Gatehouse needs Node 24.7 or newer; this is Node ${process.versions.node}.`)
  process.exitCode = 1
} else {
  // Makes the next start quicker, if this user may write beside the code.
  enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/gatehouse', import.meta.url)))
  const source = new URL('../src/main.ts', import.meta.url)
  await import(existsSync(source) ? source.href : new URL('../dist/main.js', import.meta.url).href)
}
