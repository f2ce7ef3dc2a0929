/** The embedded Postgres and several processes that use it, come and go, and are really killed. */
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { usePostgres, type EmbeddedPostgres, type PostgresOptions } from '../../src/app/embedded/index.js';
import { endScripts, noneAbout, processesAbout, runScript, type Script } from '../support/processes.js';
import { recordedLog } from '../support/recorded-log.js';

let dataDir: string;
const open: EmbeddedPostgres[] = [];

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'perdure-users-'));
  await (await use()).stop();
});

afterEach(async () => {
  await endScripts();
  await Promise.all(open.splice(0).map((postgres) => postgres.stop()));
  await noneAbout(dataDir);
  expect(existsSync(claimPath())).toBe(false);
});

afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const claimPath = (): string => join(dataDir, 'owner.json');

async function use(options: Partial<PostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const postgres = await usePostgres({ dataDir, durable: false, log: recordedLog(), ...options });
  open.push(postgres);
  return postgres;
}

interface User extends Script {
  readonly url: string;
  readonly joined: boolean;
  readonly server: number;
}

const saying = (word: string) => (line: string) => {
  const said = line.startsWith('{') ? (JSON.parse(line) as Record<string, unknown>) : {};
  return word in said ? said : undefined;
};

/** A process of its own. */
async function user(): Promise<User> {
  const script = runScript('postgres-owner.ts', [dataDir, 'use']);
  const { ready, joined, pid } = await script.line(saying('ready'));
  return { ...script, url: ready as string, joined: joined as boolean, server: pid as number };
}

async function look(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('SELECT 1');
  } finally {
    await client.end();
  }
}

async function until(holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 45_000; !holds(); await sleep(10))
    if (Date.now() > deadline) throw new Error('waited in vain');
}

/** Its own command line says what it guards. */
function reaper(): number {
  const line = processesAbout(dataDir).find((command) => command.includes('reaper.mjs'));
  if (line === undefined) throw new Error('no reaper');
  return Number.parseInt(line, 10);
}

describe('an embedded Postgres with several users', () => {
  test.each(['stop', 'SIGINT', 'SIGKILL'] as const)(
    'who began it ends (%s): the others keep it, new ones join, and it stops with the last',
    async (how) => {
      const first = await user();
      const second = await use();
      expect([first.joined, second.joined, second.url]).toEqual([false, true, first.url]);
      if (how === 'stop') {
        first.say('stop');
        await first.line(saying('stopped'));
      } else first.kill(how);
      await first.ended;
      await look(second.url);

      const third = await user();
      expect([third.joined, third.server]).toEqual([true, second.pid]);
      await second.stop();
      third.say('look');
      expect(await third.line(saying('looked'))).toEqual({ looked: true });
      third.kill('SIGKILL');
      await noneAbout(dataDir);

      const next = await use();
      expect(next.joined).toBe(false);
      await look(next.url);
    },
  );

  test('stop waits for the end of Postgres where we are the last, and for nothing where others are left', async () => {
    const [first, second] = [await use(), await use()];
    await first.stop();
    await look(second.url);
    const { pid } = second;
    await second.stop();
    expect(processesAbout(dataDir).some((line) => line.startsWith(`${pid} `))).toBe(false);
  });

  test('killed after its starter has left, it comes back, and everybody is told', async () => {
    const first = await user();
    const log = recordedLog();
    const second = await use({ log });
    first.say('stop');
    await first.ended;
    const crashes = (): number => log.lines.filter(({ what }) => what.startsWith('Postgres ended unasked')).length;
    for (let times = 1; times <= 2; times += 1) {
      const before = second.pid;
      process.kill(before, 'SIGKILL');
      await until(() => crashes() === times);
      // Whoever joins meanwhile waits for it.
      const third = await use();
      await look(third.url);
      await until(() => second.pid !== before);
      expect(third.pid).toBe(second.pid);
      await look(second.url);
    }
  });

  test('killed again and again, it is lost: everybody is told once, and the next start begins anew', async () => {
    const lost: string[] = [];
    const [first, second] = [
      await use({ onLost: ({ message }) => lost.push(`first: ${message}`) }),
      await use({ onLost: ({ message }) => lost.push(`second: ${message}`) }),
    ];
    await until(() => {
      if (lost.length === 0) {
        try {
          process.kill(second.pid, 'SIGKILL');
        } catch (error) {
          // It has not come back yet.
          if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
        }
      }
      return lost.length >= 2;
    });
    expect(lost.sort()).toEqual([
      expect.stringMatching(/^first: Postgres ended 6 times: see .*postgres\.log/),
      expect.stringMatching(/^second: /),
    ]);
    await Promise.all([first.stop(), second.stop()]);
    const next = await use();
    expect(next.joined).toBe(false);
    await look(next.url);
  });

  test('its reaper is killed: everybody is told, and nothing is left when they have ended', async () => {
    const other = await user();
    const lost: Error[] = [];
    const ours = await use({ onLost: (error) => lost.push(error) });
    process.kill(reaper(), 'SIGKILL');
    await until(() => lost.length > 0);
    expect(await other.line(saying('lost'))).toEqual({ lost: expect.stringContaining('reaper ended unasked') });
    expect(lost[0]?.message).toContain('ended unasked');
    await look(ours.url);
    other.say('stop');
    await Promise.all([ours.stop(), other.ended]);
    await noneAbout(dataDir);
  });

  test('who waits for a start that is killed makes its own', async () => {
    const starting = runScript('postgres-owner.ts', [dataDir, 'use']);
    await starting.line(saying('starting'));
    await until(() => existsSync(claimPath()));
    const waiting = use();
    starting.kill('SIGKILL');
    await look((await waiting).url);
  });

  test('files from before the machine started again name processes that are others now: no obstacle', async () => {
    const first = await use();
    const left = JSON.parse(readFileSync(claimPath(), 'utf8')) as Record<'owner' | 'reaper', { started: string }>;
    await first.stop();
    const [ticks] = left.owner.started.split(' ');
    const mark = { pid: process.pid, started: `${ticks} another-boot` };
    writeFileSync(claimPath(), JSON.stringify({ ...left, owner: mark, reaper: { ...left.reaper, ...mark } }));
    const next = await use();
    expect(next.joined).toBe(false);
    await look(next.url);
  });

  (process.getuid?.() === 0 ? test : test.skip)('root may begin it in the folder of somebody, who joins', async () => {
    const { uid, gid } = statSync(join(dataDir, 'cluster'));
    chownSync(dataDir, uid, gid);
    const ours = await use();
    // They read how to join; as whom Postgres runs is another question.
    expect(statSync(claimPath())).toMatchObject({ uid, gid });
    expect(statSync(join(dataDir, 'postgres.log'))).toMatchObject({ uid, gid });
    await look(ours.url);
  });

  test('the data folder is removed under it: a new one begins there, and the end of the old one leaves it alone', async () => {
    const old = await user();
    rmSync(dataDir, { recursive: true, force: true });
    const fresh = await use();
    expect([fresh.joined, fresh.url === old.url]).toEqual([false, false]);
    old.say('stop');
    await old.ended;
    expect(existsSync(claimPath())).toBe(true);
    const joined = await use();
    expect([joined.joined, joined.pid]).toEqual([true, fresh.pid]);
    await look(joined.url);
  });

  test('who does not say the token is no user, and cannot end it', async () => {
    const ours = await use();
    const claim = JSON.parse(readFileSync(claimPath(), 'utf8')) as { token: string; reaper: { port: number } };
    const knock = async (words: string): Promise<string> => {
      const socket = createConnection({ host: '127.0.0.1', port: claim.reaper.port });
      let heard = '';
      socket.on('error', () => undefined);
      socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
      socket.write(words);
      await new Promise((resolve) => socket.once('close', resolve));
      return heard;
    };
    expect(await knock('leave\n')).toBe('');
    expect(await knock(`${'0'.repeat(claim.token.length)}\nleave\n`)).toBe('');
    expect(await knock('x'.repeat(5_000))).toBe('');
    await look(ours.url);
    // Silent, and still there when the last user leaves: it holds nothing up.
    const silent = createConnection({ host: '127.0.0.1', port: claim.reaper.port });
    silent.on('error', () => undefined);
    await new Promise((resolve) => silent.once('connect', resolve));
    await ours.stop();
    await noneAbout(dataDir, 2_000);
  });

  test('coming and going at random, nobody loses it while they use it, and nothing is left', async () => {
    const random = seeded(20_261_128);
    let served = 0;
    let begun = 0;
    const comeAndGo = async (rounds: number): Promise<void> => {
      for (let round = 0; round < rounds; round += 1) {
        await sleep(random() * 150);
        const lost: Error[] = [];
        const log = recordedLog();
        const postgres = await usePostgres({ dataDir, durable: false, log, onLost: (error) => lost.push(error) });
        if (!postgres.joined) begun += 1;
        await look(postgres.url);
        await sleep(random() * 60);
        await look(postgres.url);
        expect([lost, log.lines.filter(({ level }) => level === 'error')]).toEqual([[], []]);
        await postgres.stop();
        served += 1;
      }
    };
    /** Processes of their own, of which some are killed. */
    const liveAndDie = async (rounds: number): Promise<void> => {
      for (let round = 0; round < rounds; round += 1) {
        const script = await user();
        script.say('look');
        expect(await script.line(saying('looked'))).toEqual({ looked: true });
        if (random() < 0.6) script.kill('SIGKILL');
        else script.say('stop');
        await script.ended;
        served += 1;
      }
    };
    await Promise.all([...[25, 25, 25].map(comeAndGo), liveAndDie(6), liveAndDie(6)]);
    expect(served).toBe(87);
    // It was begun anew more than once: the end of one and the start of the next have met.
    expect(begun).toBeGreaterThan(1);
  });
});

/** mulberry32: the same numbers in each run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
