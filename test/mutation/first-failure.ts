/** A reporter that ends the process at the first failure, for a parent that listens on file descriptor 3: what failed, or `passed` at the end. */
import { writeSync } from 'node:fs'
import type { TestEvent } from 'node:test/reporters'

const tell = (line: string) => writeSync(3, `${line}\n`)

// biome-ignore lint/correctness/useYield: a reporter is a generator; standard output belongs to the tests
export default async function* firstFailure(events: AsyncIterable<TestEvent>): AsyncGenerator<never> {
  for await (const { type, data } of events) {
    if (type === 'test:complete' && !data.details.passed && !data.todo && !data.skip) {
      tell(`failed ${data.name}`)
      process.exit(1)
    }
  }
  tell('passed')
}
