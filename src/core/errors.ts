/**
 * Errors that name who must act.
 *
 * A `Rejection` is about one record: its bytes are kept, it is counted as rejected, the import goes on.
 * A `SourceError` stops more than one record: `transient` is retried, `configuration` is told to the user,
 * `defect` is ours.
 */

/** Why a record was not read. Stable words: they stand in the database, in the API and in people's scripts. */
export type RejectReason =
  | 'empty'
  | 'malformed'
  | 'truncated'
  | 'too-large'
  | 'too-deep'
  | 'invalid-encoding'
  | 'not-a-post'
  | 'no-identity'
  | 'spoofed-identity'
  | 'counts'
  | 'users'
  | 'lists'
  | 'error-body'
  | 'service-message'
  | 'placeholder'
  | 'not-supported'
  | 'ambiguous'
  | 'unsafe-path'
  | 'encrypted'
  | 'bomb'
  | 'poison'
  | 'unstorable';

/** A record that states nothing that can be archived. `detail` says what was found and what to do about it. */
export class Rejection extends Error {
  override readonly name = 'Rejection';
  constructor(
    readonly reason: RejectReason,
    readonly detail: string,
  ) {
    super(`${reason}: ${detail}`);
  }
}

export type Fault = 'transient' | 'configuration' | 'defect';

export class SourceError extends Error {
  override readonly name = 'SourceError';
  constructor(
    readonly fault: Fault,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** Wrong use or wrong configuration: one clear line, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
