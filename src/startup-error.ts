/** Why the application does not open, in a sentence for its operator. */
export class StartupError extends Error {
  override readonly name = 'StartupError'
}
