/** The embedded Postgres cannot run. The message says why and what to do; the log's last lines are in it where they tell. */
export class EmbeddedPostgresError extends Error {
  override readonly name: string = 'EmbeddedPostgresError';
}

/** Another process runs a Postgres on this folder. Not a fault: whoever wants the database can use `url`. */
export class AlreadyRunning extends EmbeddedPostgresError {
  override readonly name = 'AlreadyRunning';
  constructor(
    readonly dataDir: string,
    readonly url: string,
    readonly port: number,
    /** The process that started it, and with which it stops. */
    readonly ownerPid: number,
  ) {
    super(`process ${ownerPid} already runs a database on ${dataDir}`);
  }
}
