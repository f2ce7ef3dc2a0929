/** What this folder needs of a logger. Pino's has this shape: the facts first, then what happened. */
export interface Log {
  debug(facts: object, what: string): void;
  info(facts: object, what: string): void;
  warn(facts: object, what: string): void;
  error(facts: object, what: string): void;
}
