/** The embedded Postgres cannot run. The message says why and what to do; the log's last lines are in it where they tell. */
export class EmbeddedPostgresError extends Error {
  override readonly name: string = 'EmbeddedPostgresError';
}

/** A Postgres runs on this folder, and not for whoever wanted one of their own. */
export class AlreadyRunning extends EmbeddedPostgresError {
  override readonly name = 'AlreadyRunning';
  constructor(
    readonly dataDir: string,
    readonly url: string,
    readonly port: number,
    /** The process that began it. */
    readonly ownerPid: number,
  ) {
    super(`a database, begun by process ${ownerPid}, already runs on ${dataDir}`);
  }
}
