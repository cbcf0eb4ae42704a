/** Reports every few seconds that something is still in progress. */

const EVERY_SECONDS = 5

/** What `work` resolves to. `onWait` gets the seconds it has taken so far. */
export async function withReminder<T>(onWait: (seconds: number) => void, work: () => Promise<T>): Promise<T> {
  let seconds = 0
  const timer = setInterval(() => {
    seconds += EVERY_SECONDS
    onWait(seconds)
  }, EVERY_SECONDS * 1000)
  try {
    return await work()
  } finally {
    clearInterval(timer)
  }
}
