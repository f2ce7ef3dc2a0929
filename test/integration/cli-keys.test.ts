/** API keys as the person who runs the service handles them, command by command. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runInProcess, type Said } from '../support/cli.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';

let database: TestDatabase;
let data: string;

const perdure = (argv: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Said> =>
  runInProcess(argv, { DATABASE_URL: database.url, PERDURE_DATA: data, ...environment });

const keys = (...argv: string[]): Promise<Said> => perdure(['keys', ...argv]);

beforeAll(async () => {
  database = await createDatabase();
  data = await mkdtemp(join(tmpdir(), 'perdure-keys-'));
  expect((await perdure(['migrate'])).code).toBe(0);
});
afterAll(async () => {
  await database.drop();
  await rm(data, { recursive: true, force: true });
});

describe('perdure keys', () => {
  it('says what it means that there are none', async () => {
    expect(await keys()).toMatchObject({ code: 0, out: expect.stringContaining('on this machine only') });
    expect(JSON.parse((await keys('--json')).out)).toEqual({ items: [], next: null });
  });

  it('add prints the key alone on stdout, and what to do with it beside', async () => {
    const { code, out, err } = await keys('add', 'note book', '--role', 'reader');
    expect([code, out]).toEqual([0, expect.stringMatching(/^perdure_[0-9a-f]{12}_[\w-]{49}\n$/)]);
    expect(err).toContain('note book');
    expect(err).toContain('No key is an administrator’s yet');
    expect(err).not.toContain(out.slice(21, 60));
  });

  it('add --json, with an end', async () => {
    const { code, out, err } = await keys(
      'add',
      'Layla',
      '--role',
      'administrator',
      '--expires',
      '2999-01-31T00:00:00+02:00',
      '--json',
    );
    expect([code, err]).toEqual([0, '']);
    const { added, key } = JSON.parse(out) as { added: Record<string, unknown>; key: string };
    expect(added).toMatchObject({
      name: 'Layla',
      role: 'administrator',
      state: 'active',
      expiresAt: '2999-01-30T22:00:00.000Z',
      createdBy: expect.stringMatching(/^.+@.+$/),
    });
    expect(key.slice(8, 20)).toBe(added['id']);
  });

  it('lists them, never what they are', async () => {
    const { out } = await keys();
    expect(out).toMatch(/^KEY +NAME +ROLE +STATE +LAST USED +EXPIRES/);
    expect(out).toMatch(/note book +reader +active +never +never/);
    expect(out).toMatch(/Layla +administrator +active +never +2999-01-30 22:00/);
    expect(out).not.toContain('perdure_');
    const given = await perdure(['keys'], { PERDURE_API_KEY: '0123456789abcdef0123456789abcdef' });
    expect(given.err).toContain('PERDURE_API_KEY opens it as well');
    expect(given.err + given.out).not.toContain('0123456789abcdef');
  });

  it.each([
    [['add', 'x'], /--role/],
    [['add', 'x', '--role', 'king'], /reader, archivist, administrator/],
    [['add', '', '--role', 'reader'], /NAME must have/],
    [['add', 'note book', '--role', 'reader'], /there is a key "note book"/],
    [['add', 'x', '--role', 'reader', '--expires', 'tomorrow'], /must be a time with zone/],
    [['add', 'x', '--role', 'reader', '--expires', '2999-01-01'], /must be a time with zone/],
    [['add', 'x', '--role', 'reader', '--expires', '2001-01-01T00:00:00Z'], /must lie ahead/],
    [['revoke', 'ffffffffffff'], /there is no key with the id "ffffffffffff"/],
    [['revoke', 'Layla'], /"Layla" is a name: perdure keys revoke [0-9a-f]{12}/],
    [['revoke'], /missing required argument/],
  ])('%j is wrong use, and says how', async (argv, said) => {
    expect(await keys(...argv)).toMatchObject({ code: 2, out: '', err: expect.stringMatching(said) });
  });

  it('revoke closes, keeps the record, and warns where it was the last', async () => {
    const { items } = JSON.parse((await keys('--json')).out) as { items: { id: string; name: string }[] };
    const [first, second] = items.map(({ id }) => id) as [string, string];
    expect(await keys('revoke', first, 'ffffffffffff')).toMatchObject({ code: 2 });
    expect((await keys()).out).toContain('note book');
    expect(await keys('revoke', first)).toMatchObject({ code: 0, out: '', err: expect.not.stringContaining('last') });
    expect((await keys('revoke', first)).err).toContain('revoked already');
    const last = await keys('revoke', second, '--json');
    expect(last.err).toContain('That was the last one');
    expect(JSON.parse(last.out)).toMatchObject({ revoked: [{ id: second, state: 'revoked' }] });
    expect((await keys()).out).toContain('No API keys');
    expect((await keys('--all')).out).toMatch(/Layla +administrator +revoked/);
  });
});

describe('a service that others than this machine reach', () => {
  it('does not start without a key, and says how to make one', async () => {
    const { code, err } = await perdure(['serve'], { HOST: '0.0.0.0', PORT: '0' });
    expect([code, err.split('\n')]).toEqual([2, [expect.stringMatching(/^perdure: HOST=0\.0\.0\.0: .*keys add/), '']]);
  });

  it.each([
    ['short', /PERDURE_API_KEY: must have 32 characters or more/],
    ['changemechangemechangemechangeme', /PERDURE_API_KEY: is too easy to guess/],
    ['0123456789abcdef 0123456789abcdef', /PERDURE_API_KEY: must be plain ASCII without spaces/],
  ])('refuses %j as a key without repeating it', async (key, said) => {
    const { code, err } = await perdure(['keys'], { PERDURE_API_KEY: key });
    expect([code, err]).toEqual([2, expect.stringMatching(said)]);
    expect(err).not.toContain(key);
  });
});
