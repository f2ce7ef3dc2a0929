import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { masterKey, newMasterKey } from '../core/envelope.js';
import { UsageError } from '../core/errors.js';
import { masterKeys, type MasterKeys } from './master-keys.js';

let data: string;
beforeEach(async () => void (data = await mkdtemp(join(tmpdir(), 'perdure-keys-'))));
afterEach(() => rm(data, { recursive: true, force: true }));

const folder = (): string => join(data, 'keys');
const file = (): string => join(folder(), 'master.key');
const inFile = (): MasterKeys => masterKeys({ data, key: undefined });
const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);

describe('a key in a file', () => {
  it('is made on first use, for its owner alone, and is the same from then on', async () => {
    expect(await inFile().find('0'.repeat(16))).toBeUndefined();
    await expect(stat(folder())).rejects.toThrow('ENOENT');
    const before = process.umask(0);
    try {
      const key = await inFile().current();
      expect((await inFile().current()).id).toBe(key.id);
      expect((await inFile().find(key.id))?.bytes.equals(key.bytes)).toBe(true);
    } finally {
      process.umask(before);
    }
    expect([await modeOf(folder()), await modeOf(file())]).toEqual(['700', '600']);
    expect(await readdir(folder())).toEqual(['master.key']);
    expect(Buffer.from(await readFile(file(), 'utf8'), 'base64')).toHaveLength(32);
  });

  it('is one key for all who come at the same time', async () => {
    const keys = await Promise.all(Array.from({ length: 20 }, () => inFile().current()));
    expect(new Set(keys.map(({ id }) => id)).size).toBe(1);
    expect(await readdir(folder())).toEqual(['master.key']);
  });

  it.each(['640', '604', '660', '666'])('that others may read is refused (mode %s)', async (mode) => {
    const { id } = await inFile().current();
    await chmod(file(), parseInt(mode, 8));
    for (const attempt of [() => inFile().current(), () => inFile().find(id), () => inFile().next()]) {
      const refused: unknown = await attempt().catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(UsageError);
      expect((refused as UsageError).message).toContain(`mode 0${mode}`);
    }
  });

  it('in a folder that others may enter is refused', async () => {
    await inFile().current();
    await chmod(folder(), 0o755);
    await expect(inFile().current()).rejects.toThrow(`chmod 700`);
  });

  it('is not put into a folder that others may enter', async () => {
    await mkdir(folder());
    await chmod(folder(), 0o755);
    await expect(inFile().current()).rejects.toThrow(UsageError);
    expect(await readdir(folder())).toEqual([]);
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['half a key', 'a'.repeat(32)],
    ['something else', '{"hello":1}'],
    ['a long file', 'a'.repeat(5_000)],
  ])('that is %s is not replaced by another', async (_what, text) => {
    await mkdir(folder(), { mode: 0o700 });
    await writeFile(file(), text, { mode: 0o600 });
    await expect(inFile().current()).rejects.toThrow(UsageError);
    expect(await readFile(file(), 'utf8')).toBe(text);
  });

  it('is no link to elsewhere', async () => {
    await mkdir(folder(), { mode: 0o700 });
    await writeFile(join(data, 'elsewhere'), newMasterKey().bytes.toString('hex'), { mode: 0o600 });
    await symlink(join(data, 'elsewhere'), file());
    await expect(inFile().current()).rejects.toThrow('is no file');
  });
});

describe('the next key', () => {
  it('takes the place of the one before, which is found until all is settled', async () => {
    const first = await inFile().current();
    const second = await inFile().next();
    expect(second.id).not.toBe(first.id);
    expect((await inFile().current()).id).toBe(second.id);
    expect((await inFile().find(first.id))?.bytes.equals(first.bytes)).toBe(true);
    expect(await modeOf(`${file()}.old`)).toBe('600');
    // Broken off: the same again, not a third.
    expect((await inFile().next()).id).toBe(second.id);
    await inFile().settled();
    expect(await inFile().find(first.id)).toBeUndefined();
    expect(await readdir(folder())).toEqual(['master.key']);
  });

  it('is made where the last attempt ended before it was in its place', async () => {
    const first = await inFile().current();
    await writeFile(`${file()}.old`, await readFile(file()), { mode: 0o600 });
    const second = await inFile().next();
    expect(second.id).not.toBe(first.id);
    expect((await inFile().find(first.id))?.id).toBe(first.id);
  });
});

describe('PERDURE_KEY', () => {
  const [one, two] = [newMasterKey(), newMasterKey()];
  const given = (key: string): MasterKeys => masterKeys({ data, key });

  it.each<[string, string]>([
    ['hex', one.bytes.toString('hex')],
    ['HEX', one.bytes.toString('hex').toUpperCase()],
    ['base64', one.bytes.toString('base64')],
    ['base64 without its end, in the other alphabet', one.bytes.toString('base64url')],
    ['with a line break', `${one.bytes.toString('base64')}\n`],
  ])('is taken as %s', async (_what, text) => {
    expect((await given(text).current()).id).toBe(one.id);
    await expect(stat(folder())).rejects.toThrow('ENOENT');
  });

  it.each(['', 'secret', one.bytes.toString('hex').slice(1), `${one.bytes.toString('hex')},nonsense`])(
    'that is no key is refused without being shown (%#)',
    (text) => {
      let said = '';
      try {
        given(text);
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        said = error.message;
      }
      expect(said).toContain('PERDURE_KEY is not 32 bytes');
      for (const part of text.split(',')) if (part !== '') expect(said).not.toContain(part);
    },
  );

  it('seals with the first, and opens with all of them and with the file', async () => {
    const old = await inFile().current();
    const keys = given(`${one.bytes.toString('hex')}, ${two.bytes.toString('base64')}`);
    expect((await keys.current()).id).toBe(one.id);
    for (const { id } of [one, two, old]) expect((await keys.find(id))?.id).toBe(id);
    expect(await keys.find(masterKey(Buffer.alloc(32)).id)).toBeUndefined();
    expect((await keys.next()).id).toBe(one.id);
  });
});
