/** Errors that prevent a run. */

/** Invalid command line or target file. One sentence per line. */
export class UsageError extends Error {}

/** The server cannot be tested. One sentence per line. */
export class Unjudgeable extends Error {}
