/** The API as a Nest application on Fastify (docs/adr/0002-http-adapter.md). Whoever calls this makes it listen. */
import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import fastifyStatic from '@fastify/static';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Registry } from 'prom-client';
import { registerGate } from './access/gate.js';
import { Keyring } from './access/keyring.js';
import { UPLOAD_ROUTE } from './accessions/controller.js';
import { registerBoard } from './board/board.js';
import { hasWebApp, type ApiDeps } from './deps.js';
import { registerBodies } from './http/bodies.js';
import { hostNames } from './http/hosts.js';
import { NestLog } from './http/log.js';
import { PROBLEM_JSON, ProblemFilter, problemOf, sendProblem } from './http/problem.js';
import { Validation } from './http/validation.js';
import { measureRequests } from './metrics/registry.js';
import { ApiModule } from './module.js';
import { describeApi, serveDocument } from './openapi/document.js';

/** A canonical URI may stand in a path as one segment, escaped. */
const MAX_SEGMENT = 8_192;

export async function createApi(deps: ApiDeps): Promise<NestFastifyApplication> {
  const keyring = new Keyring({ ...deps.config, pool: deps.pool, log: deps.log });
  await keyring.refresh(0);
  const adapter = new FastifyAdapter({
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: MAX_SEGMENT },
    // The router's own complaints (a path that is no UTF-8) come before any route, hook or filter.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      void reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');
      sendProblem(reply, problemOf(error, request.id));
    },
    clientErrorHandler: answerGarbage,
  });
  const app = await NestFactory.create<NestFastifyApplication>(ApiModule.forRoot(deps, keyring), adapter, {
    bodyParser: false,
    abortOnError: false,
    logger: new NestLog(deps.log),
  });
  app.useGlobalPipes(new Validation());
  app.useGlobalFilters(new ProblemFilter(deps.log));
  secure(app, deps, keyring);

  const instance = adapter.getInstance();
  measureRequests(instance, app.get(Registry));
  registerBodies(instance, new Set([UPLOAD_ROUTE]));
  registerBoard(instance, deps);
  if (hasWebApp(deps)) instance.register(fastifyStatic, { root: deps.web, wildcard: false, decorateReply: false });
  serveDocument(app, describeApi(app));
  await app.init();
  return app;
}

function secure(app: NestFastifyApplication, { config, log }: ApiDeps, keyring: Keyring): void {
  const { publicUrl } = config;
  const instance = app.getHttpAdapter().getInstance();
  registerGate(instance, { keyring, names: hostNames(config), log });
  instance.addHook('onClose', () => keyring.close());
  app.enableCsrfProtection(publicUrl === undefined ? {} : { trustedOrigins: [new URL(publicUrl).origin] });
  app.useSecurityHeaders({
    contentSecurityPolicy: {
      directives: {
        // Platforms' pictures are never fetched from the platforms.
        fontSrc: "'self'",
        styleSrc: ["'self'", "'unsafe-inline'"],
        // On loopback there is no https to upgrade to.
        upgradeInsecureRequests: null,
      },
    },
    strictTransportSecurity: publicUrl?.startsWith('https:') === true,
    xFrameOptions: { action: 'deny' },
  });
}

/** What is no HTTP at all has no request to answer to. */
function answerGarbage(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const title = { 400: 'Bad Request', 408: 'Request Timeout', 431: 'Request Header Fields Too Large' }[status];
  const body = JSON.stringify({ type: 'about:blank', title, status });
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: ${PROBLEM_JSON}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
