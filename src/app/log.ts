import { pino, type Logger } from 'pino';

export type { Logger } from 'pino';

/** Logs go to stderr as JSON lines: stdout belongs to what a command was asked for. */
export function openLog(level: string, name: string): Logger {
  return pino(
    {
      level,
      name,
      // Whatever carries a secret, wherever it stands.
      redact: {
        paths: [
          'url',
          'databaseUrl',
          'redisUrl',
          '*.password',
          'apiKey',
          '*.apiKey',
          '*.authorization',
          'req.headers.authorization',
          'req.headers.cookie',
        ],
        censor: '[redacted]',
      },
    },
    pino.destination({ fd: 2, sync: true }),
  );
}
