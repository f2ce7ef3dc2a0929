/** Credentials at rest, and the command that keeps them: sealed, found, rotated, and never shown. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Command, CommanderError } from 'commander';
import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';
import { register } from '../../src/cli/commands/credentials.js';
import type { CliIo } from '../../src/cli/io.js';
import { newMasterKey } from '../../src/core/envelope.js';
import { messageOf, UsageError } from '../../src/core/errors.js';
import { PgCredentials, type NewCredential } from '../../src/store/credentials.js';
import { migrate, openDatabase, poolOf } from '../../src/store/data-source.js';
import { masterKeys } from '../../src/store/master-keys.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';

const SECRET = 'tok_s3cret_a1b2c3';
const OTHER = 'hunter2 and more';

let database: TestDatabase;
let source: DataSource;
let pool: Pool;
let data: string;
beforeAll(async () => {
  database = await createDatabase();
  source = await openDatabase({ url: database.url, poolSize: 4, name: 'credentials-test' });
  await migrate(source);
  pool = poolOf(source);
});
afterAll(async () => {
  await source.destroy();
  await database.drop();
});
beforeEach(async () => void (data = await mkdtemp(join(tmpdir(), 'perdure-credentials-'))));
afterEach(async () => {
  await pool.query('DELETE FROM credential');
  await rm(data, { recursive: true, force: true });
});

const stored = (key?: string): PgCredentials => new PgCredentials(pool, masterKeys({ data, key }));
const TOKEN: NewCredential = { name: 'main', connector: 'mastodon', kind: 'bearer', secret: SECRET };
const PAIR: NewCredential = {
  name: 'app',
  connector: 'reddit',
  kind: 'client',
  user: 'my app',
  host: 'www.reddit.com',
  secret: OTHER,
};
const keyFile = () => readdir(join(data, 'keys'));
const keyIds = async (): Promise<string[]> => (await stored().list()).map(({ keyId }) => keyId);

describe('a credential', () => {
  it('is found as it was put in, and stands in no column', async () => {
    await stored().add(TOKEN);
    await stored().add(PAIR);
    expect(await stored().find('main')).toEqual({ name: 'main', kind: 'bearer', secret: SECRET });
    const { connector: _, ...pair } = PAIR;
    expect(await stored().find('app')).toEqual(pair);
    expect(await stored().find('nothing')).toBeUndefined();
    const { rows } = await pool.query<{ row: string; bytes: Buffer }>(
      `SELECT row_to_json(c)::text AS row, c.sealed || c.wrapped_key AS bytes FROM credential c`,
    );
    for (const { row, bytes } of rows)
      for (const secret of [SECRET, OTHER]) expect(row.includes(secret) || bytes.includes(secret)).toBe(false);
  });

  it('is listed without its secret, with when it was used', async () => {
    await stored().add(PAIR);
    await stored().add(TOKEN);
    const [app, main] = await stored().list();
    expect(app).toMatchObject({ name: 'app', connector: 'reddit', kind: 'client', user: 'my app', usedAt: null });
    expect(app!.host).toBe('www.reddit.com');
    expect(main).toMatchObject({ name: 'main', user: null, host: null });
    expect(main!.createdAt).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    await stored().find('main');
    expect((await stored().list())[1]!.usedAt).not.toBeNull();
    expect(JSON.stringify(await stored().list())).not.toContain(SECRET);
  });

  it('is replaced only when that was asked for', async () => {
    await stored().add(TOKEN);
    await expect(stored().add({ ...TOKEN, secret: OTHER })).rejects.toThrow(UsageError);
    expect((await stored().find('main'))?.secret).toBe(SECRET);
    await stored().add({ ...TOKEN, secret: OTHER, host: 'social.example' }, { replace: true });
    expect(await stored().find('main')).toMatchObject({ secret: OTHER, host: 'social.example' });
    expect((await stored().list())[0]!.keyId).toMatch(/^[0-9a-f]{16}$/);
  });

  it('is forgotten, unless something is followed with it', async () => {
    await stored().add(TOKEN);
    const { rows } = await pool.query<{ id: string }>(
      `INSERT INTO collection (collection_id, name) VALUES (gen_random_uuid(), 'c') RETURNING collection_id AS id`,
    );
    await pool.query(
      `INSERT INTO seed (seed_id, collection_id, connector, source, uri, name, settings, credential, every_seconds,
         adaptive, interval_seconds, backfill)
       VALUES (gen_random_uuid(), $1, 'mastodon', 'mastodon', 'https://s.example/u', 'u', '{}', 'main', 900, true, 900, 1)`,
      [rows[0]!.id],
    );
    await expect(stored().remove('main')).rejects.toThrow('accounts are followed with "main"');
    await pool.query('DELETE FROM seed');
    expect(await stored().remove('main')).toBe(true);
    expect(await stored().remove('main')).toBe(false);
  });

  it.each<[string, string]>([
    ['host', `host = 'evil.example'`],
    ['name', `name = 'app2'`],
    ['platform', `connector = 'bluesky'`],
    ['kind', `kind = 'basic'`],
    ['user', `user_name = 'another'`],
    ['secret', `sealed = (SELECT sealed FROM credential WHERE name = 'main')`],
    ['key', `wrapped_key = (SELECT wrapped_key FROM credential WHERE name = 'main')`],
    ['sealed bytes', `sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1)`],
  ])('whose %s was altered in the database does not open', async (_what, change) => {
    await stored().add(TOKEN);
    await stored().add(PAIR);
    await pool.query(`UPDATE credential SET ${change} WHERE name = 'app'`);
    const name = change.includes('app2') ? 'app2' : 'app';
    await expect(stored().find(name)).rejects.toThrow('was altered in the database');
    expect((await stored().find('main'))?.secret).toBe(SECRET);
  });

  it('whose master key is away says which one it needs', async () => {
    await stored().add(TOKEN);
    const [id] = await keyIds();
    const elsewhere = masterKeys({ data, key: newMasterKey().bytes.toString('hex') });
    await rm(join(data, 'keys'), { recursive: true });
    const finding = new PgCredentials(pool, elsewhere).find('main');
    await expect(finding).rejects.toThrow(UsageError);
    await expect(finding).rejects.toThrow(id);
    expect((await stored().list())[0]!.usedAt).toBeNull();
  });
});

describe('rotation', () => {
  beforeEach(async () => {
    await stored().add(TOKEN);
    await stored().add(PAIR);
  });

  const expectWhole = async (credentials = stored()): Promise<void> => {
    expect((await credentials.find('main'))?.secret).toBe(SECRET);
    expect((await credentials.find('app'))?.secret).toBe(OTHER);
  };

  it('wraps everything by a new key, and the old one is gone', async () => {
    const [before] = await keyIds();
    const { keyId, wrapped } = await stored().rotate();
    expect(wrapped).toBe(2);
    expect(keyId).not.toBe(before);
    expect(await keyIds()).toEqual([keyId, keyId]);
    expect(await keyFile()).toEqual(['master.key']);
    await expectWhole();
  });

  it('that died after any step is taken up, and everything opens meanwhile', async () => {
    const [before] = await keyIds();
    // The new key is in its place, and no row is wrapped by it yet.
    const next = await masterKeys({ data, key: undefined }).next();
    await expectWhole();
    await stored().add({ ...TOKEN, name: 'meanwhile' });
    expect(new Set(await keyIds())).toEqual(new Set([before, next.id]));
    const { keyId, wrapped } = await stored().rotate();
    expect([keyId, wrapped]).toEqual([next.id, 2]);
    expect(await keyFile()).toEqual(['master.key']);
    await expectWhole();
  });

  it('that died before its end leaves nothing half done', async () => {
    const [before] = await keyIds();
    await pool.query(
      `CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'the disk is full'; END$$`,
    );
    await pool.query(
      `CREATE TRIGGER no BEFORE UPDATE ON credential FOR EACH ROW WHEN (new.name = 'main' AND new.key_id <> old.key_id) EXECUTE FUNCTION no()`,
    );
    try {
      await expect(stored().rotate()).rejects.toThrow('the disk is full');
      expect(await keyIds()).toEqual([before, before]);
      expect(await keyFile()).toEqual(['master.key', 'master.key.old']);
    } finally {
      await pool.query('DROP FUNCTION no CASCADE');
    }
    await expectWhole();
    expect((await stored().rotate()).wrapped).toBe(2);
    await expectWhole();
  });

  it('beside others who add and rotate loses nothing', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `n${i}`);
    const work = names.flatMap((name, i) => [
      stored().add({ ...TOKEN, name, secret: `secret ${name}` }),
      ...(i % 4 === 0 ? [stored().rotate()] : []),
    ]);
    await Promise.all(work);
    for (const name of names) expect((await stored().find(name))?.secret).toBe(`secret ${name}`);
    await stored().rotate();
    expect(new Set(await keyIds()).size).toBe(1);
    await expectWhole();
  });

  it('changes nothing where a key is away', async () => {
    await pool.query(`UPDATE credential SET key_id = '0000000000000000' WHERE name = 'app'`);
    await expect(stored().rotate()).rejects.toThrow('0000000000000000');
    expect(await keyFile()).toEqual(['master.key']);
    expect((await stored().find('main'))?.secret).toBe(SECRET);
  });

  it('moves from the file to PERDURE_KEY, and from one such key to the next', async () => {
    const [one, two] = [newMasterKey(), newMasterKey()];
    const hex = one.bytes.toString('hex');
    await expectWhole(stored(hex));
    expect(await stored(hex).rotate()).toEqual({ keyId: one.id, wrapped: 2 });
    await rm(join(data, 'keys'), { recursive: true });
    await expectWhole(stored(hex));
    await expect(stored(hex).rotate()).rejects.toThrow('put a new one before it');
    const both = `${two.bytes.toString('base64')},${hex}`;
    expect(await stored(both).rotate()).toEqual({ keyId: two.id, wrapped: 2 });
    await expectWhole(stored(two.bytes.toString('hex')));
  });
});

describe('perdure credentials', () => {
  let said: string;

  /** As program.ts runs it. */
  async function perdure(argv: string[], piped = ''): Promise<{ code: number; out: string; err: string }> {
    let [out, err] = ['', ''];
    const io: CliIo = {
      out: (text) => void (out += String(text)),
      err: (text) => void (err += text),
      isTty: false,
      color: false,
      width: 160,
      env: { DATABASE_URL: database.url, PERDURE_DATA: data, LOG_LEVEL: 'trace' },
    };
    const program = new Command('perdure')
      .exitOverride()
      .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) });
    register(program, io, Readable.from([Buffer.from(piped)]));
    let code = 0;
    try {
      await program.parseAsync(['credentials', ...argv], { from: 'user' });
    } catch (error) {
      code = error instanceof CommanderError && error.exitCode === 0 ? 0 : 2;
      err += messageOf(error);
    }
    said += out + err;
    return { code, out, err };
  }

  beforeEach(() => void (said = ''));
  // Whatever the command did, it did not say it.
  afterEach(() => {
    for (const secret of [SECRET, OTHER]) expect(said).not.toContain(secret);
  });

  const ADD = ['add', 'main', '--connector', 'mastodon', '--kind', 'bearer'];

  it('seals what is piped in, lists, rotates and forgets it', async () => {
    expect((await perdure([])).out).toContain('No credentials');
    const added = await perdure([...ADD, '--host', 'Social.Example', '--json'], `${SECRET}\n`);
    expect(added).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(added.out)).toMatchObject({ added: { name: 'main', host: 'social.example', kind: 'bearer' } });
    expect(await stored().find('main')).toEqual({
      name: 'main',
      kind: 'bearer',
      host: 'social.example',
      secret: SECRET,
    });
    const table = (await perdure([])).out;
    expect(table).toMatch(/^NAME +CONNECTOR +KIND +USER +HOST +ADDED +LAST USED +MASTER KEY\n/);
    expect(table).toMatch(/\nmain +mastodon +bearer +social\.example +\d{4}-/);
    const [before] = JSON.parse((await perdure(['--json'])).out).items;
    expect(Object.keys(before).sort()).toEqual(
      ['connector', 'createdAt', 'host', 'keyId', 'kind', 'name', 'usedAt', 'user'].sort(),
    );
    expect(JSON.parse((await perdure(['rotate', '--json'])).out)).toMatchObject({ wrapped: 1 });
    expect((await perdure(['rotate'])).out).toMatch(/^1 credential wrapped by the new master key [0-9a-f]{16}\.\n$/);
    expect((await perdure(['remove', 'maim'])).err).toContain('did you mean main?');
    expect((await perdure(['remove', 'main'])).out).toBe('main is forgotten.\n');
    expect(await stored().list()).toEqual([]);
  });

  it('replaces a secret', async () => {
    await perdure(ADD, SECRET);
    expect((await perdure(ADD, OTHER)).err).toContain('--replace');
    expect((await perdure([...ADD, '--replace'], OTHER)).code).toBe(0);
    expect((await stored().find('main'))?.secret).toBe(OTHER);
  });

  it.each<[string, string[], string]>([
    ['as an option', [...ADD, '--secret', SECRET], 'a secret is no argument'],
    ['as another option', [...ADD, `--token=${SECRET}`], 'a secret is no argument'],
    ['as an argument', [...ADD, SECRET], 'too many arguments'],
  ])('takes no secret %s', async (_what, argv, why) => {
    const { code, err } = await perdure(argv, OTHER);
    expect(code).toBe(2);
    expect(err).toContain(why);
    expect(await stored().list()).toEqual([]);
  });

  it.each<[string, string[], string, string]>([
    ['nothing', ADD, '', 'no secret came'],
    ['white space', ADD, ' \n', 'no secret came'],
    ['two lines', ADD, `${SECRET}\n${OTHER}`, 'one secret, on one line'],
    ['a file', ADD, SECRET.repeat(2_000), 'that is no secret'],
    ['a wrong name', ['add', '../x', ...ADD.slice(2)], SECRET, 'NAME must be'],
    ['a wrong connector', ['add', 'x', '--connector', 'mastdon', '--kind', 'bearer'], SECRET, 'did you mean mastodon'],
    ['a wrong kind', ['add', 'x', '--connector', 'mastodon', '--kind', 'basic'], SECRET, 'mastodon uses bearer'],
    ['a connector without', ['add', 'x', '--connector', 'nostr', '--kind', 'key'], SECRET, 'without credentials'],
    ['no connector', ['add', 'x', '--kind', 'bearer'], SECRET, '--connector'],
    ['an address as host', [...ADD, '--host', 'https://social.example'], SECRET, 'without https://'],
  ])('refuses %s', async (_what, argv, piped, why) => {
    const { code, err } = await perdure(argv, piped);
    expect(code).toBe(2);
    expect(err).toContain(why);
    expect(await stored().list()).toEqual([]);
  });
});

const hasTerminal = spawnSync('script', ['--version'], { stdio: 'ignore' }).status === 0;
const onTerminal = hasTerminal ? it : it.skip;
if (!hasTerminal)
  console.warn('`script` is not installed: what a terminal shows while a secret is typed is not tested');

describe('a secret at the keyboard', () => {
  onTerminal('is not shown', async () => {
    const command = `${process.execPath} --import tsx test/support/secret-prompt.ts`;
    const child = spawn('script', ['-qefc', command, '/dev/null']);
    let shown = '';
    // Two letters too many, taken back. Typed once it is asked for: before that, the terminal shows it.
    child.stdout.on('data', (data: Buffer) => {
      const before = shown;
      shown += data.toString();
      if (!before.includes('(not shown)') && shown.includes('(not shown)'))
        setTimeout(() => child.stdin.write(`${SECRET}xy\u007f\u007f\r`), 100);
    });
    const [code] = (await once(child, 'close')) as [number];
    expect({ code, shown }).toEqual({
      code: 0,
      shown: `Secret (not shown): \r\n${SECRET.length} characters came\r\n`,
    });
  });
});
