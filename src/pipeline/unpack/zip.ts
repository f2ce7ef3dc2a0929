/** ZIP and zip64: the directory at the end is believed, each name, size and sum checked. */
import { crc32 } from 'node:zlib';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { Rejection } from '../../core/errors.js';
import { overlapping } from '../overlap.js';
import type { BlobStore, UnpackedMember } from '../ports.js';
import {
  BOMB_BYTES,
  BOMB_RATIO,
  isOfTheStore,
  MAX_MEMBERS,
  refused,
  unsafePath,
  type OnMember,
  type Package,
} from './guards.js';

/** Members that are kept at the same time: a bucket takes tens of milliseconds for each, however small. */
const AT_ONCE = 8;

export async function unpackZip(blobs: BlobStore, pack: Package, onMember: OnMember): Promise<void> {
  const file = await blobs.asFile(pack.digest);
  try {
    const zip = await openZip(file.path, pack.path);
    try {
      const seen: Seen = { paths: new Set(), places: [], unpacked: 0 };
      const unpackOne = (entry: Entry) => unpackEntry(blobs, { zip, pack }, entry, seen);
      for await (const member of overlapping(entriesOf(zip, pack), AT_ONCE, unpackOne))
        if (member) await onMember(member);
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

async function* entriesOf(zip: ZipFile, pack: Package): AsyncGenerator<Entry> {
  if (zip.entryCount > MAX_MEMBERS) {
    throw new Rejection('bomb', `${pack.path} lists ${zip.entryCount} members; the limit is ${MAX_MEMBERS}`);
  }
  let told: (entry: Entry | undefined) => void = () => undefined;
  let failed: (error: Error) => void = () => undefined;
  zip.on('entry', (entry: Entry) => told(entry));
  zip.on('end', () => told(undefined));
  zip.on('error', (error: Error) => failed(new Rejection('malformed', `${pack.path}: ${error.message}`)));
  for (;;) {
    const entry = await new Promise<Entry | undefined>((resolve, reject) => {
      told = resolve;
      failed = reject;
      zip.readEntry();
    });
    if (!entry) return;
    yield entry;
  }
}

/** What the members before took. */
interface Seen {
  readonly paths: Set<string>;
  /** Places in the package, [from, to), in order. */
  readonly places: (readonly [from: number, to: number])[];
  /** Bytes. */
  unpacked: number;
}

const LOCAL_HEADER = 30;

/** False when a member lies there already. */
function takePlace(places: Seen['places'], from: number, bytes: number): boolean {
  const to = from + LOCAL_HEADER + bytes;
  let at = places.length;
  // Members nearly always come in order: the search is for those few packages that were put together otherwise.
  if (at > 0 && places[at - 1]![0] > from) {
    let low = 0;
    for (let high = at; low < high;) {
      const middle = (low + high) >> 1;
      if (places[middle]![0] < from) low = middle + 1;
      else high = middle;
    }
    at = low;
  }
  if ((places[at - 1]?.[1] ?? 0) > from || (places[at]?.[0] ?? Infinity) < to) return false;
  places.splice(at, 0, [from, to]);
  return true;
}

const SYMLINK = 0o120000;
const FILE_TYPE = 0o170000;

/** All that depends on the members before is decided before the first wait. Undefined: a folder. */
async function unpackEntry(
  blobs: BlobStore,
  { zip, pack }: { readonly zip: ZipFile; readonly pack: Package },
  entry: Entry,
  seen: Seen,
): Promise<UnpackedMember | undefined> {
  const path = nameOf(entry);
  if (path.endsWith('/')) return undefined;
  const bytes = entry.uncompressedSize;
  const unsafe =
    ((entry.externalFileAttributes >>> 16) & FILE_TYPE) === SYMLINK ? 'a symbolic link' : unsafePath(path, seen.paths);
  if (unsafe !== undefined) return refused(path, bytes, 'unsafe-path', unsafe);
  if (entry.isEncrypted()) {
    return refused(path, bytes, 'encrypted', 'encrypted: unpack it with its password and hand in the folder');
  }
  if (bytes > BOMB_BYTES && bytes > entry.compressedSize * BOMB_RATIO) {
    return refused(path, bytes, 'bomb', `would unpack ${entry.compressedSize} bytes to ${bytes}`);
  }
  // Members that share their bytes make a small file unpack to any size.
  if (!takePlace(seen.places, entry.relativeOffsetOfLocalHeader, entry.compressedSize)) {
    return refused(path, bytes, 'bomb', 'its bytes are those of another member as well');
  }
  if (seen.unpacked + bytes > BOMB_BYTES && seen.unpacked + bytes > pack.bytes * BOMB_RATIO) {
    return refused(path, bytes, 'bomb', `with it, ${pack.bytes} bytes would unpack to ${seen.unpacked + bytes}`);
  }
  seen.unpacked += bytes;
  try {
    const kept = await blobs.put(checked(await openEntry(zip, entry), entry.crc32));
    return { path, ...kept, ...modifiedOf(entry) };
  } catch (error) {
    if (isOfTheStore(error)) throw error;
    return refused(path, bytes, 'malformed', `cannot be unpacked: ${(error as Error).message}`);
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
