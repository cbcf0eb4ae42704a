/** How long to wait after too many attempts, worded for the person. */

export function tooManyAttempts(seconds: number): string {
  const minutes = Math.ceil(seconds / 60)
  return `There were too many attempts. Please wait ${minutes === 1 ? 'a minute' : `${minutes} minutes`} and try again.`
}
