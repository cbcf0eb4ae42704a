/** Which check runs which part of Gatehouse's sources, as V8 counts it in the running server. */
import { once } from 'node:events'
import { pathToFileURL } from 'node:url'
import type { Coverage } from '../../test/mutation/coverage.ts'

interface Counted {
  result: { url: string; functions: { ranges: { startOffset: number; endOffset: number; count: number }[] }[] }[]
}

export interface Reach {
  /** What has run since the last call. */
  take(): Promise<Coverage>
  close(): void
}

/** `port`: of the inspector of a Gatehouse that runs from the sources in `folder`. */
export async function openReach(port: number, folder: string): Promise<Reach> {
  const [{ webSocketDebuggerUrl: url }] = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as [
    { webSocketDebuggerUrl: string },
  ]
  const socket = new WebSocket(url)
  await once(socket, 'open')
  let asked = 0
  const call = (method: string, params: object = {}): Promise<unknown> => {
    const id = ++asked
    const { promise, resolve } = Promise.withResolvers<unknown>()
    const listen = ({ data }: MessageEvent<string>) => {
      const answer = JSON.parse(data)
      if (answer.id !== id) return
      socket.removeEventListener('message', listen)
      resolve(answer.result)
    }
    socket.addEventListener('message', listen)
    socket.send(JSON.stringify({ id, method, params }))
    return promise
  }
  await call('Profiler.enable')
  await call('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  return {
    take: async () => coverageOf((await call('Profiler.takePreciseCoverage')) as Counted, folder),
    close: () => socket.close(),
  }
}

/** Types are replaced by spaces when a source runs, so offsets are those of the file. */
function coverageOf({ result }: Counted, folder: string): Coverage {
  const here = `${pathToFileURL(folder).href}/`
  const ranges: Record<string, number[][]> = {}
  let calls = 0
  for (const { url, functions } of result) {
    if (!url.startsWith(`${here}src/`)) continue
    const list = functions.flatMap(({ ranges }) => ranges.flatMap(({ startOffset, endOffset, count }) => [startOffset, endOffset, count]))
    calls += functions.reduce((sum, { ranges }) => sum + (ranges[0]?.count ?? 0), 0)
    ranges[url.slice(here.length)] = [list]
  }
  return { duration: 0, calls, ranges }
}
