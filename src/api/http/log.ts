/** One log line a request, by nestjs-pino. Health checks are silent; no query strings: they hold what people look for. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DynamicModule, LoggerService } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import type { Logger } from 'pino';
import { keyIdOf } from '../access/caller.js';

const SILENT = new Set(['/healthz', '/readyz', '/metrics']);

/** A middleware sees the address without what it is mounted on; the whole of it stands beside. */
type Asked = IncomingMessage & { readonly originalUrl?: string };

const pathOf = ({ originalUrl, url }: Pick<Asked, 'originalUrl' | 'url'>): string =>
  (originalUrl ?? url ?? '').split('?', 1)[0]!;

export function requestLog(log: Logger): DynamicModule {
  return LoggerModule.forRoot({
    pinoHttp: {
      logger: log,
      genReqId: (message: IncomingMessage) => message.id,
      autoLogging: { ignore: (message: Asked) => SILENT.has(pathOf(message)) },
      customLogLevel: (_message: IncomingMessage, answer: ServerResponse, error?: Error) =>
        error !== undefined || answer.statusCode >= 500 ? 'error' : answer.statusCode >= 400 ? 'warn' : 'info',
      // Who asked: the key's id, never the key.
      customProps: (message: IncomingMessage) => {
        const key = keyIdOf(message);
        return key === undefined ? {} : { key };
      },
      serializers: {
        req: ({ id, method, url }: { id: string; method: string; url: string }) => ({
          id,
          method,
          path: pathOf({ url }),
        }),
        res: ({ statusCode }: { statusCode: number }) => ({ status: statusCode }),
      },
    },
    // Every path, 404s among them.
    forRoutes: ['{*all}'],
  });
}

/** Nest's own voice: which routes it found concerns nobody but whoever debugs it. */
export class NestLog implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }

  debug(message: unknown, context?: string): void {
    this.logger.trace({ context }, String(message));
  }

  warn(message: unknown, context?: string): void {
    this.logger.warn({ context }, String(message));
  }

  error(message: unknown, stack?: string, context?: string): void {
    this.logger.error({ context, stack }, String(message));
  }

  fatal(message: unknown, context?: string): void {
    this.logger.fatal({ context }, String(message));
  }
}
