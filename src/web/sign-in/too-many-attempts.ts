/** How long to wait after too many tries, for the person. */

export function tooManyAttempts(seconds: number): string {
  const minutes = Math.ceil(seconds / 60)
  return `There were too many tries. Please wait ${minutes === 1 ? 'a minute' : `${minutes} minutes`} and try again.`
}
