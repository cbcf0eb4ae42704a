/** bcrypt, for hashes made elsewhere. Checked in a separate thread, since it is JavaScript and would block the event loop. */

import { createHash } from 'node:crypto'
import { parentPort, Worker, workerData } from 'node:worker_threads'
import { compareSync, truncates } from 'bcryptjs'
import type { Reading } from './hash-form.ts'

/** The input of this file as a worker thread. */
interface Task {
  bcrypt: { secret: string; hash: string }
}

/** `$2b$12$…`, `$2a$` and `$2y$`. Django puts `bcrypt$` before it, or `bcrypt_sha256$` when the hexadecimal digest was hashed. */
export function readBcrypt(hash: string): Reading {
  const [, django, bare = hash] = /^(bcrypt(?:_sha256)?)\$(.*)$/s.exec(hash) ?? []
  if (!bare.startsWith('$2')) return undefined
  const cost = Number(/^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(bare)?.[1])
  if (Number.isNaN(cost)) return 'is bcrypt, but not $2a$, $2b$ or $2y$ with a cost and 53 characters'
  if (cost < 4 || cost > 14) return 'is bcrypt of a cost that is not 4 to 14'
  return (secret) => matches(django === 'bcrypt_sha256' ? createHash('sha256').update(secret).digest('hex') : secret, bare)
}

/** A secret of more than 72 bytes never matches: bcrypt ignores the rest. */
async function matches(secret: string, hash: string): Promise<boolean> {
  if (truncates(secret)) return false
  const task: Task = { bcrypt: { secret, hash } }
  const thread = new Worker(new URL(import.meta.url), { workerData: task })
  return new Promise((resolve, reject) => thread.once('message', resolve).once('error', reject))
}

function isTask(data: unknown): data is Task {
  return typeof data === 'object' && data !== null && 'bcrypt' in data
}

if (isTask(workerData)) parentPort?.postMessage(compareSync(workerData.bcrypt.secret, workerData.bcrypt.hash))
