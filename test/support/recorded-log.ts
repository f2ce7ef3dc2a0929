import type { Log } from '../../src/queue/log.js';

export interface RecordedLog extends Log {
  readonly lines: { readonly level: string; readonly facts: object; readonly what: string }[];
}

/** Says nothing, remembers everything. */
export function recordedLog(): RecordedLog {
  const lines: RecordedLog['lines'] = [];
  const at = (level: string) => (facts: object, what: string) => void lines.push({ level, facts, what });
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
