/**
 * Fastify or Express below Nest: both serve the same application, in turns, in one run, on one machine.
 *
 *   node --import tsx bench/http-adapter.ts
 *
 * (a) a JSON page of 20 posts over 16 kept-alive connections; (b) uploads of 64 MiB, hashed as they stream in.
 * Only the ratios mean anything; docs/adr/0002-http-adapter.md draws the conclusion.
 */
import 'reflect-metadata';
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { Controller, Get, Module, Post, Req, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';

const ADAPTERS = ['fastify', 'express'] as const;
type Adapter = (typeof ADAPTERS)[number];

const ROUNDS = 5;
const JSON_SECONDS = 4;
const CONNECTIONS = 16;
const UPLOADS = 4;
const UPLOAD_BYTES = 64 * 1024 * 1024;

// ── the application, the same for both ──────────────────────────────────────────────────────────────────────────────

const PAGE = {
  total: 20,
  items: Array.from({ length: 20 }, (_, place) => ({
    uri: `https://example.org/posts/${place}`,
    source: 'x',
    author: { name: 'شاهد من حلب', handle: 'witness', uri: 'https://example.org/users/1' },
    publishedAt: { at: '2016-12-13T07:41:49.000Z', precision: 'ms', zone: 'utc' },
    text: `رسالة رقم ${place}: ما زلنا هنا. ${'كلمة '.repeat(20)}`,
    lang: 'ar',
    snapshot: `sha256:${String(place).padStart(64, '0')}`,
    state: 'present',
    collections: ['aleppo'],
  })),
  next: null,
};

@Controller()
class BenchController {
  @Get('posts')
  posts(): object {
    return PAGE;
  }

  @Post('upload')
  async upload(@Req() message: IncomingMessage | { readonly raw: IncomingMessage }): Promise<object> {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of ('raw' in message ? message.raw : message) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
    }
    return { bytes, digest: hash.digest('hex') };
  }
}

@Module({ controllers: [BenchController] })
class BenchModule {}

async function serve(adapter: Adapter): Promise<void> {
  let app: INestApplication;
  if (adapter === 'fastify') {
    const fastify = new FastifyAdapter();
    fastify
      .getInstance()
      .addContentTypeParser(
        'application/octet-stream',
        (_request: unknown, body: unknown, done: (e: null, body: unknown) => void) => done(null, body),
      );
    app = await NestFactory.create(BenchModule, fastify, { logger: false });
  } else {
    app = await NestFactory.create(BenchModule, new ExpressAdapter(), { logger: false });
  }
  await app.listen(0, '127.0.0.1');
  console.log(new URL(await app.getUrl()).port);
}

// ── the load ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Requests a second. A bare socket, so that the client costs as little as it can. */
async function pages(port: number): Promise<number> {
  const until = Date.now() + JSON_SECONDS * 1000;
  const ask = 'GET /posts HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
  let answers = 0;
  const client = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(ask));
      let length = 0; // of a whole answer: they are all alike
      let seen = 0;
      socket.on('error', reject);
      socket.on('data', (chunk) => {
        if (length === 0) {
          const head = chunk.indexOf('\r\n\r\n');
          const stated = /content-length: (\d+)/i.exec(chunk.toString('latin1', 0, head));
          length = head + 4 + Number(stated![1]);
        }
        seen += chunk.length;
        if (seen < length) return;
        seen -= length;
        answers += 1;
        if (Date.now() < until) socket.write(ask);
        else {
          socket.destroy();
          resolve();
        }
      });
    });
  const started = process.hrtime.bigint();
  await Promise.all(Array.from({ length: CONNECTIONS }, client));
  return answers / (Number(process.hrtime.bigint() - started) / 1e9);
}

/** MiB a second. */
async function uploads(port: number): Promise<number> {
  const chunk = Buffer.alloc(256 * 1024, 'perdure');
  const started = process.hrtime.bigint();
  for (let n = 0; n < UPLOADS; n++) {
    await new Promise<void>((resolve, reject) => {
      const headers = { 'content-type': 'application/octet-stream', 'content-length': UPLOAD_BYTES };
      const sent = request({ port, host: '127.0.0.1', path: '/upload', method: 'POST', headers }, (answer) => {
        answer
          .resume()
          .on('end', () => (answer.statusCode === 201 ? resolve() : reject(new Error(`${answer.statusCode}`))));
      });
      sent.on('error', reject);
      let left = UPLOAD_BYTES;
      const write = (): void => {
        while (left > 0) {
          left -= chunk.length;
          if (!sent.write(chunk)) return void sent.once('drain', write);
        }
        sent.end();
      };
      write();
    });
  }
  return (UPLOADS * UPLOAD_BYTES) / 2 ** 20 / (Number(process.hrtime.bigint() - started) / 1e9);
}

function highestMiB(pid: number): number {
  const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(line![1]) / 1024);
}

interface Server {
  readonly child: ChildProcess;
  readonly port: number;
}

async function start(adapter: Adapter): Promise<Server> {
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, adapter], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, port: Number(line) };
}

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;

async function compare(): Promise<void> {
  const servers = { fastify: await start('fastify'), express: await start('express') };
  const seen = {
    fastify: { pages: [] as number[], uploads: [] as number[] },
    express: { pages: [] as number[], uploads: [] as number[] },
  };
  for (let round = 0; round <= ROUNDS; round++) {
    // The first round only warms up.
    for (const adapter of ADAPTERS) {
      const measured = { pages: await pages(servers[adapter].port), uploads: await uploads(servers[adapter].port) };
      if (round === 0) continue;
      seen[adapter].pages.push(measured.pages);
      seen[adapter].uploads.push(measured.uploads);
    }
  }
  for (const adapter of ADAPTERS) {
    const rss = highestMiB(servers[adapter].child.pid!);
    servers[adapter].child.kill();
    console.log(
      `${adapter.padEnd(8)} ${median(seen[adapter].pages).toFixed(0)} pages/s, ${median(seen[adapter].uploads).toFixed(0)} MiB/s uploaded, ${rss} MiB at most`,
    );
  }
  const ratio = (what: 'pages' | 'uploads'): string =>
    median(seen.fastify[what].map((value, round) => value / seen.express[what][round]!)).toFixed(2);
  console.log(`fastify / express: pages ${ratio('pages')}, uploads ${ratio('uploads')} (medians of ${ROUNDS} rounds)`);
}

const [adapter] = process.argv.slice(2);
await (adapter === undefined ? compare() : serve(adapter as Adapter));
