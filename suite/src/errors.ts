/** Why a run does not take place. */

/** The command line or a file it names is wrong. The message says how, one sentence a line. */
export class UsageError extends Error {}

/** There is no server to be judged. The message says why, one sentence a line. */
export class Unjudgeable extends Error {}
