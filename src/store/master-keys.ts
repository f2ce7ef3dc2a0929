/**
 * Where the master key is: in PERDURE_KEY, or in a file of its own that only its owner can read. Read anew every time:
 * another process may have put a new one there.
 */
import { constants } from 'node:fs';
import { chmod, link, lstat, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { KEY_BYTES, masterKey, newMasterKey, type MasterKey } from '../core/envelope.js';
import { UsageError } from '../core/errors.js';

export interface MasterKeys {
  /** What new secrets are sealed with; made where there is none yet. */
  current(): Promise<MasterKey>;
  /** Undefined where no key of that id is here. */
  find(id: string): Promise<MasterKey | undefined>;
  /**
   * Makes another key the current one. The one before is still found until `settled`; where it still is (a rotation that
   * was broken off), no other is made. A key out of the environment is changed by people: it is the current one already.
   */
  next(): Promise<MasterKey>;
  /** Nothing is wrapped by any other key than the current one. */
  settled(): Promise<void>;
  /** Whether `next` can make a key. */
  readonly isGiven: boolean;
}

export interface MasterKeyOptions {
  /** The data folder. */
  readonly data: string;
  /** PERDURE_KEY: 32 bytes as base64 or hex. Several by commas: the first one seals, the others only open. */
  readonly key: string | undefined;
}

/** Throws a UsageError where PERDURE_KEY is no key; the others where the file may be read by others, or holds none. */
export function masterKeys({ data, key }: MasterKeyOptions): MasterKeys {
  const file = join(data, 'keys', 'master.key');
  return key === undefined ? new FileKeys(file) : new GivenKeys(givenKeys(key), new FileKeys(file));
}

function givenKeys(text: string): readonly [MasterKey, ...MasterKey[]] {
  const [first, ...others] = text.split(',').map((each) => {
    const parsed = parseKey(each);
    // What it is instead is not shown: it may be a key but for a letter.
    if (!parsed) throw new UsageError(`PERDURE_KEY is not ${KEY_BYTES} bytes as base64 or hex: ${HOW_TO_MAKE}`);
    return parsed;
  });
  return [first!, ...others];
}

const HOW_TO_MAKE = '`openssl rand -base64 32` makes one';

class GivenKeys implements MasterKeys {
  readonly isGiven = true;
  constructor(
    private readonly given: readonly [MasterKey, ...MasterKey[]],
    private readonly files: FileKeys,
  ) {}

  current(): Promise<MasterKey> {
    return Promise.resolve(this.given[0]);
  }

  /** A key in the file seals what is older than PERDURE_KEY. */
  async find(id: string): Promise<MasterKey | undefined> {
    return this.given.find((key) => key.id === id) ?? (await this.files.find(id));
  }

  next(): Promise<MasterKey> {
    return this.current();
  }

  settled(): Promise<void> {
    return Promise.resolve();
  }
}

/** `master.key`; beside it, while it is changed, `master.key.old`. */
class FileKeys implements MasterKeys {
  readonly isGiven = false;
  private readonly old: string;

  constructor(private readonly path: string) {
    this.old = `${path}.old`;
  }

  async current(): Promise<MasterKey> {
    const found = await readKey(this.path);
    if (found) return found;
    await this.makeFolder();
    const fresh = await writeKey(this.path);
    try {
      // Unlike a rename it takes nobody's place: whoever comes second uses the key of the first.
      await link(fresh, this.path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      await rm(fresh, { force: true });
    }
    const made = await readKey(this.path);
    if (!made) throw new Error(`${this.path} was made, and is not there`);
    return made;
  }

  async find(id: string): Promise<MasterKey | undefined> {
    for (const path of [this.path, this.old]) {
      const key = await readKey(path);
      if (key?.id === id) return key;
    }
    return undefined;
  }

  async next(): Promise<MasterKey> {
    const before = await this.current();
    const old = await readKey(this.old);
    // Broken off before the new one was in its place, a rotation left two names of one key.
    if (old && old.id !== before.id) return before;
    const fresh = await writeKey(this.path);
    if (!old) await link(this.path, this.old);
    await rename(fresh, this.path);
    await syncFolder(dirname(this.path));
    return this.current();
  }

  async settled(): Promise<void> {
    await rm(this.old, { force: true });
  }

  private async makeFolder(): Promise<void> {
    const folder = dirname(this.path);
    // Only what is made here is ours to close: a folder that was open before is told.
    const made = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (made !== undefined) await chmod(folder, 0o700);
    await checkPrivate(folder, await lstat(folder));
  }
}

async function readKey(path: string): Promise<MasterKey | undefined> {
  const facts = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!facts) return undefined;
  if (!facts.isFile()) throw new UsageError(`${path} is no file`);
  await checkPrivate(path, facts);
  await checkPrivate(dirname(path), await lstat(dirname(path)));
  const key = facts.size > 1_000 ? undefined : parseKey(await readFile(path, 'utf8'));
  if (!key) throw new UsageError(`${path} does not hold ${KEY_BYTES} bytes as base64 or hex: restore it from a backup`);
  return key;
}

async function checkPrivate(path: string, { mode }: { readonly mode: number }): Promise<void> {
  // Windows has no such modes.
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  const shown = (mode & 0o777).toString(8).padStart(4, '0');
  const wanted = (mode & constants.S_IFMT) === constants.S_IFDIR ? '700' : '600';
  throw new UsageError(
    `others may read ${path} (mode ${shown}), so the key that opens all credentials is no secret: chmod ${wanted} it, or give the key as PERDURE_KEY`,
  );
}

/** @returns the path of a new key that nobody else knows of yet */
async function writeKey(path: string): Promise<string> {
  const fresh = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(fresh, 'wx', 0o600);
  try {
    // The umask may take away more than others' rights, never give them any.
    await file.chmod(0o600);
    await file.writeFile(`${newMasterKey().bytes.toString('base64')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  return fresh;
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** 64 hex digits, or base64 in either alphabet. */
function parseKey(text: string): MasterKey | undefined {
  const trimmed = text.trim();
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return masterKey(Buffer.from(trimmed, 'hex'));
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed)) return undefined;
  const bytes = Buffer.from(trimmed, 'base64');
  return bytes.length === KEY_BYTES ? masterKey(bytes) : undefined;
}
