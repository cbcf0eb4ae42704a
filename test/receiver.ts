/** A web server of an application, which notes what is posted to it and answers as a test tells it. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  path: string
  body: string
  headers: Readonly<Record<string, string | string[] | undefined>>
}

export interface Receiver {
  url: string
  /** Oldest first. */
  received: Received[]
  /** How it answers from now on, by path without query; without an entry 200. `n`: how many requests came to that path, this one included. */
  answers: Map<string, (response: ServerResponse, n: number) => void>
  close(): Promise<void>
}

export async function receiver(): Promise<Receiver> {
  const received: Received[] = []
  const answers: Receiver['answers'] = new Map()
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    const path = request.url ?? ''
    received.push({ path, body: Buffer.concat(parts).toString(), headers: request.headers })
    const answer = answers.get(path.split('?')[0] as string)
    if (answer) answer(response, received.filter((one) => one.path === path).length)
    else response.writeHead(200).end()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answers,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}
