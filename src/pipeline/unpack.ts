/**
 * Packages into members. Each member is kept as a blob of its own under its path in the package; what cannot be kept
 * (encrypted, a bomb, a path that leads out) is listed with its reason and refused, and the package itself is whole in
 * the blob store all the same.
 */
import { Readable } from 'node:stream';
import { crc32, createGunzip } from 'node:zlib';
import tar from 'tar-stream';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { Rejection, type RejectReason } from '../core/errors.js';
import type { AccessionRow, BlobStore, UnpackedMember } from './ports.js';
import { unzstd } from './zstd.js';

/** A bomb unpacks to more than 100 MB and to more than 200 times its packed size; real exports reach about 30. */
const BOMB_BYTES = 100_000_000;
const BOMB_RATIO = 200;
const MAX_MEMBERS = 1_000_000;

export type OnMember = (member: UnpackedMember) => Promise<void>;

/** Throws a Rejection when the package as a whole cannot be read. */
export async function unpack(blobs: BlobStore, accession: AccessionRow, onMember: OnMember): Promise<void> {
  switch (accession.packing) {
    case 'file':
      return onMember({ path: accession.path, bytes: accession.bytes, digest: accession.digest });
    case 'zip':
      return unpackZip(blobs, accession, onMember);
    case 'tar':
      return unpackTar(blobs, blobs.open(accession.digest), accession, onMember);
    case 'tar.gz':
    case 'gzip':
      return unpackCompressed(blobs, gunzip(blobs.open(accession.digest)), accession, onMember);
    case 'zstd':
      return unpackCompressed(blobs, unzstd(blobs.open(accession.digest)), accession, onMember);
    case 'folder':
      break; // its members were kept as they came
  }
}

// ── gzip, zstd, tar ─────────────────────────────────────────────────────────────────────────────────────────────────

/** A compressed tar, or one compressed file: what comes out decides. */
async function unpackCompressed(
  blobs: BlobStore,
  unpacked: AsyncIterable<Uint8Array>,
  accession: AccessionRow,
  onMember: OnMember,
): Promise<void> {
  const plain = guarded(unpacked, accession.bytes, accession.path);
  const iterator = plain[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let length = 0;
  while (length < 512) {
    const next = await iterator.next();
    if (next.done === true) break;
    first.push(next.value);
    length += next.value.length;
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    yield* first;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  }
  const head = Buffer.concat(first);
  if (head.length >= 262 && head.toString('latin1', 257, 262) === 'ustar') {
    return unpackTar(blobs, all(), accession, onMember);
  }
  const kept = await blobs.put(all());
  await onMember({ path: accession.path.replace(/\.(?:gz|zst|zstd)$/i, ''), ...kept });
}

async function* gunzip(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = Readable.from(packed);
  const gunzipped = source.pipe(createGunzip());
  source.on('error', (error) => gunzipped.destroy(error));
  try {
    yield* gunzipped as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw new Rejection('truncated', `the gzip stream is damaged or cut short: ${(error as Error).message}`);
  }
}

async function* guarded(chunks: AsyncIterable<Uint8Array>, packed: number, path: string): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > BOMB_BYTES && bytes > packed * BOMB_RATIO) {
      throw new Rejection('bomb', `${path} unpacks to more than ${BOMB_RATIO} times its ${packed} bytes`);
    }
    yield chunk;
  }
}

async function unpackTar(
  blobs: BlobStore,
  chunks: AsyncIterable<Uint8Array>,
  accession: AccessionRow,
  onMember: OnMember,
): Promise<void> {
  const extract = tar.extract();
  const source = Readable.from(chunks);
  source.on('error', (error) => extract.destroy(error));
  source.pipe(extract);
  const seen = new Set<string>();
  try {
    for await (const entry of extract) {
      const { header } = entry;
      const path = header.name.replace(/^(\.\/)+/, '');
      if (header.type === 'directory' || path === '') {
        entry.resume();
        continue;
      }
      const unsafe =
        header.type !== 'file' && header.type !== 'contiguous-file'
          ? `a ${header.type} entry, not a file`
          : unsafePath(path, seen);
      if (unsafe !== undefined) {
        entry.resume();
        await onMember(refused(path, header.size ?? 0, 'unsafe-path', unsafe));
        continue;
      }
      const kept = await blobs.put(entry as AsyncIterable<Uint8Array>);
      const modified =
        header.mtime && header.mtime.getTime() > 0 ? header.mtime.toISOString().slice(0, 19) + 'Z' : undefined;
      await onMember({ path, ...kept, ...(modified !== undefined && { modified }) });
    }
  } catch (error) {
    if (error instanceof Rejection) throw error;
    throw new Rejection('truncated', `${accession.path}: the tar is damaged or cut short: ${(error as Error).message}`);
  }
}

// ── zip ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

async function unpackZip(blobs: BlobStore, accession: AccessionRow, onMember: OnMember): Promise<void> {
  const file = await blobs.asFile(accession.digest);
  try {
    const zip = await openZip(file.path, accession.path);
    try {
      await eachEntry(zip, accession, (entry, seen) => unpackEntry(blobs, zip, entry, seen, onMember));
    } finally {
      zip.close();
    }
  } finally {
    await file.release();
  }
}

function openZip(path: string, name: string): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    // Names are decoded and checked here, each with its reason: yauzl would end the whole package at the first bad one.
    yauzl.open(
      path,
      { lazyEntries: true, autoClose: false, decodeStrings: false, validateEntrySizes: true },
      (error, zip) => {
        if (error)
          reject(new Rejection('truncated', `${name} is no whole ZIP: ${error.message}. Copy or download it again`));
        else resolve(zip);
      },
    );
  });
}

async function eachEntry(
  zip: ZipFile,
  accession: AccessionRow,
  visit: (entry: Entry, seen: Set<string>) => Promise<void>,
): Promise<void> {
  if (zip.entryCount > MAX_MEMBERS) {
    throw new Rejection('bomb', `${accession.path} lists ${zip.entryCount} members; the limit is ${MAX_MEMBERS}`);
  }
  const seen = new Set<string>();
  await new Promise<void>((resolve, reject) => {
    zip.on('error', (error: Error) => reject(new Rejection('malformed', `${accession.path}: ${error.message}`)));
    zip.on('end', () => resolve());
    zip.on('entry', (entry: Entry) => {
      visit(entry, seen).then(() => zip.readEntry(), reject);
    });
    zip.readEntry();
  });
}

const SYMLINK = 0o120000;
const FILE_TYPE = 0o170000;

async function unpackEntry(
  blobs: BlobStore,
  zip: ZipFile,
  entry: Entry,
  seen: Set<string>,
  onMember: OnMember,
): Promise<void> {
  const path = nameOf(entry);
  if (path.endsWith('/')) return;
  const bytes = entry.uncompressedSize;
  const unsafe =
    ((entry.externalFileAttributes >>> 16) & FILE_TYPE) === SYMLINK ? 'a symbolic link' : unsafePath(path, seen);
  if (unsafe !== undefined) return onMember(refused(path, bytes, 'unsafe-path', unsafe));
  if (entry.isEncrypted()) {
    return onMember(refused(path, bytes, 'encrypted', 'encrypted: unpack it with its password and hand in the folder'));
  }
  if (bytes > BOMB_BYTES && bytes > entry.compressedSize * BOMB_RATIO) {
    return onMember(refused(path, bytes, 'bomb', `would unpack ${entry.compressedSize} bytes to ${bytes}`));
  }
  try {
    const kept = await blobs.put(checked(await openEntry(zip, entry), entry.crc32));
    await onMember({ path, ...kept, ...modifiedOf(entry) });
  } catch (error) {
    if (
      (error as NodeJS.ErrnoException).code !== undefined &&
      !String((error as NodeJS.ErrnoException).code).startsWith('Z_')
    )
      throw error;
    await onMember(refused(path, bytes, 'malformed', `cannot be unpacked: ${(error as Error).message}`));
  }
}

function nameOf(entry: Entry): string {
  const raw = entry.fileName as unknown as Buffer;
  return yauzl.getFileNameLowLevel(entry.generalPurposeBitFlag, raw, entry.extraFields, true);
}

/** yauzl checks sizes, not sums. A wrong sum throws before the blob becomes visible. */
async function* checked(chunks: AsyncIterable<Uint8Array>, expected: number): AsyncGenerator<Uint8Array> {
  let sum = 0;
  for await (const chunk of chunks) {
    sum = crc32(chunk, sum);
    yield chunk;
  }
  if (sum !== expected) throw new Error('its checksum (CRC-32) does not match: copy or download the package again');
}

function openEntry(zip: ZipFile, entry: Entry): Promise<AsyncIterable<Uint8Array>> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) =>
      error ? reject(error) : resolve(stream as AsyncIterable<Uint8Array>),
    );
  });
}

/** ZIP keeps a wall-clock time in steps of two seconds, without zone; 1980 means that nobody set it. */
function modifiedOf(entry: Entry): { modified?: string } {
  const date = entry.lastModFileDate;
  const time = entry.lastModFileTime;
  const year = 1980 + (date >> 9);
  if (year < 1990) return {};
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${year}-${two((date >> 5) & 15)}-${two(date & 31)}`;
  const modified = `${day}T${two(time >> 11)}:${two((time >> 5) & 63)}:${two((time & 31) * 2)}`;
  return Number.isNaN(Date.parse(modified + 'Z')) ? {} : { modified };
}

/** Why a member's path must not be used; undefined when it may. */
function unsafePath(path: string, seen: Set<string>): string | undefined {
  if (seen.has(path)) return 'a second member of this name; the first one is read';
  seen.add(path);
  if (path.length > 1_000) return 'a name of over 1,000 characters';
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path) || path.includes('\\')) return 'an absolute or foreign path';
  if (path.split('/').includes('..')) return 'a path that leads out of the package';
  if (path.includes('\u0000')) return 'a name with a zero byte';
  return undefined;
}

function refused(path: string, bytes: number, reason: RejectReason, detail: string): UnpackedMember {
  return { path: path.slice(0, 1_000).replaceAll('\u0000', '\\u0000'), bytes, refusal: { reason, detail } };
}
