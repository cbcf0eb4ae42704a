/** bcrypt, for secrets that were hashed elsewhere: checked in a thread of its own, since its JavaScript would hold up everyone else. */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { compareSync, truncates } from 'bcryptjs'

/** What this file is given when it is a thread. */
interface Task {
  bcrypt: { secret: string; hash: string }
}

/** Is the hash one that we check: its form right, its cost from 4 to 14? */
export function isBcrypt(hash: string): boolean {
  const cost = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(hash)?.[1]
  return cost !== undefined && Number(cost) >= 4 && Number(cost) <= 14
}

/** A secret of more than 72 bytes never matches: bcrypt would look at its beginning alone. */
export async function matchesBcrypt(secret: string, hash: string): Promise<boolean> {
  if (truncates(secret)) return false
  const task: Task = { bcrypt: { secret, hash } }
  const thread = new Worker(new URL(import.meta.url), { workerData: task })
  return new Promise((resolve, reject) => thread.once('message', resolve).once('error', reject))
}

function isTask(data: unknown): data is Task {
  return typeof data === 'object' && data !== null && 'bcrypt' in data
}

if (!isMainThread && isTask(workerData)) parentPort?.postMessage(compareSync(workerData.bcrypt.secret, workerData.bcrypt.hash))
