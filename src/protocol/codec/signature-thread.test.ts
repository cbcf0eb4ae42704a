import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { type SignatureTask, signatureThread } from './signature-thread.ts'

const skip = availableParallelism() === 1 && 'the machine has one core, so there is no thread'
const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const other = generateKeyPairSync('ed25519')
const digests = new Map<KeyObject, string | undefined>([
  [own.privateKey, 'sha256'],
  [own.publicKey, 'sha256'],
])
const taskOf = (key: KeyObject, text: string, signature?: Uint8Array): SignatureTask => ({
  key,
  digest: digests.get(key),
  options: { dsaEncoding: 'ieee-p1363' },
  text,
  ...(signature ? { signature } : {}),
})

const programOf = (text: string) => new URL(`data:text/javascript,${encodeURIComponent(text)}`)
type Ask = ReturnType<typeof signatureThread>

/** The thread takes nothing before it runs. */
async function running(): Promise<Ask> {
  const ask = signatureThread()
  const tasks = [taskOf(own.privateKey, 'a'), taskOf(own.privateKey, 'b')]
  while ((await Promise.all(tasks.map(ask))).includes(undefined)) await setTimeout(1)
  return ask
}

test('each task gets its own result, whatever key and kind it is of', { skip }, async () => {
  const ask = await running()
  const texts = Array.from({ length: 10 }, (_, i) => `text ${i}`)
  const signed = (await Promise.all(texts.map((text, i) => ask(taskOf(i % 2 ? own.privateKey : other.privateKey, text))))) as string[]
  const bytes = signed.map((signature) => Buffer.from(signature, 'base64url'))
  const keyOf = (i: number) => (i % 2 ? own.publicKey : other.publicKey)
  const right = await Promise.all(texts.map((text, i) => ask(taskOf(keyOf(i), text, bytes[i]))))
  const wrong = await Promise.all(texts.map((text, i) => ask(taskOf(keyOf(i), text, bytes[(i + 2) % 10]))))
  assert.deepEqual([new Set(right), new Set(wrong)], [new Set([true]), new Set([false])])
})

test('a task that cannot be done is given back, and the others are done', { skip }, async () => {
  const ask = await running()
  const [first, second, third] = await Promise.all([
    ask(taskOf(own.privateKey, 'a')),
    ask(taskOf(own.publicKey, 'b')), // it cannot sign
    ask(taskOf(own.publicKey, 'c', sign('sha256', Buffer.from('c'), own.privateKey))), // DER
  ])
  assert.deepEqual([typeof first, second, third], ['string', undefined, false])
})

test('a task that is alone is given back', { skip }, async () => {
  const ask = await running()
  assert.equal(await ask(taskOf(own.privateKey, 'a')), undefined)
})

test('tasks beyond what the thread takes are given back at once', { skip }, async () => {
  const ask = await running()
  const done: unknown[] = []
  const first = Promise.all(Array.from({ length: 70 }, () => ask(taskOf(own.privateKey, 'a')).then((result) => done.push(result))))
  const second = Promise.all(Array.from({ length: 5 }, () => ask(taskOf(own.privateKey, 'a')).then((result) => done.push(result))))
  await Promise.all([first, second])
  assert.deepEqual(
    done.slice(0, 11),
    Array.from({ length: 11 }, () => undefined),
  )
  assert.equal(done.filter((result) => typeof result === 'string').length, 64)
  assert.equal(typeof (await Promise.all([ask(taskOf(own.privateKey, 'a')), ask(taskOf(own.privateKey, 'a'))]))[0], 'string') // it has room again
})

test('tasks that a thread has when it ends are given back, and all that follow', { skip }, async () => {
  const ends = `
    import { parentPort } from 'node:worker_threads'
    parentPort.once('message', ({ id }) => parentPort.on('message', () => process.exit()).postMessage({ id, results: ['made', 'made'] }))
    parentPort.postMessage('listening')`
  const ask = signatureThread(programOf(ends))
  const tasks = [taskOf(own.privateKey, 'a'), taskOf(own.privateKey, 'b')]
  while ((await Promise.all(tasks.map(ask))).includes(undefined)) await setTimeout(1)
  assert.deepEqual(await Promise.all(tasks.map(ask)), [undefined, undefined])
  assert.deepEqual(await Promise.all(tasks.map(ask)), [undefined, undefined])
})

test('where a message is lost, no task gets the result of another, and all are given back', { skip }, async () => {
  const loses = `
    import { parentPort } from 'node:worker_threads'
    let lost = 0
    parentPort.on('message', ({ id, tasks }) => tasks[0].text === 'lost' ? lost++ : parentPort.postMessage({ id, results: ['made', 'made'] }))
    parentPort.postMessage('listening')`
  const ask = signatureThread(programOf(loses))
  const both = (text: string) => Promise.all([ask(taskOf(own.privateKey, text)), ask(taskOf(own.privateKey, text))])
  while ((await both('a')).includes(undefined)) await setTimeout(1)
  const lost = both('lost')
  await new Promise((sent) => process.nextTick(sent))
  assert.deepEqual(await Promise.all([lost, both('a')]), Array(2).fill([undefined, undefined]))
  assert.deepEqual(await both('a'), [undefined, undefined])
})

test('a thread gets nothing before it says that it listens', { skip }, async () => {
  const channel = new BroadcastChannel('signature-thread.test')
  const runs = new Promise((resolve) => {
    channel.onmessage = resolve
  })
  const silent = `
    import { parentPort } from 'node:worker_threads'
    parentPort.once('message', ({ id }) => parentPort.postMessage({ id, results: ['made', 'made'] }))
    new BroadcastChannel('signature-thread.test').postMessage('it runs')`
  const ask = signatureThread(programOf(silent))
  const tasks = [taskOf(own.privateKey, 'a'), taskOf(own.privateKey, 'b')]
  await Promise.all(tasks.map(ask))
  await runs
  channel.close()
  assert.deepEqual(await Promise.all(tasks.map(ask)), [undefined, undefined])
})

test('where no thread may be made, tasks are given back', { skip }, async () => {
  const program = `
    import { generateKeyPairSync } from 'node:crypto'
    const { signatureThread } = await import(${JSON.stringify(new URL('./signature-thread.ts', import.meta.url).href)})
    const ask = signatureThread()
    const { privateKey: key } = generateKeyPairSync('ed25519')
    const both = () => Promise.all(['a', 'b'].map((text) => ask({ key, digest: undefined, options: {}, text })))
    console.log(JSON.stringify([...(await both()), ...(await both())]))`
  const args = ['--permission', '--allow-fs-read=*', '--input-type=module', '--eval', program]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const closed = once(child, 'close')
  assert.equal(await text(child.stdout), `${JSON.stringify(Array(4).fill(null))}\n`)
  assert.equal((await closed)[0], 0)
})

test('a process waits for what the thread does, and not for the thread', { skip }, async () => {
  const program = `
    import { generateKeyPairSync } from 'node:crypto'
    import { setTimeout } from 'node:timers/promises'
    const { signatureThread } = await import(${JSON.stringify(new URL('./signature-thread.ts', import.meta.url).href)})
    const ask = signatureThread()
    const { privateKey: key } = generateKeyPairSync('ed25519')
    const both = () => Promise.all(['a', 'b'].map((text) => ask({ key, digest: undefined, options: {}, text })))
    while ((await both()).includes(undefined)) await setTimeout(1)
    await both()
    console.log('done')`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const closed = once(child, 'close')
  assert.equal(await text(child.stdout), 'done\n')
  assert.equal((await closed)[0], 0)
})
