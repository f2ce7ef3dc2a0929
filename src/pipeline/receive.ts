/**
 * Accession: a package is kept as it came, byte for byte, before anything looks into it.
 *
 * A file becomes one blob. A folder becomes a blob a file, and its digest is that of the sorted list of its files, so
 * that the same folder is known again wherever it lies.
 */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { sha256, type Digest, type Key } from '../core/digest.js';
import { UsageError } from '../core/errors.js';
import type {
  AccessionOptions,
  AccessionStore,
  BlobStore,
  Custody,
  Dispatcher,
  Packing,
  UnpackedMember,
} from './ports.js';
import { packingOf } from './unpack/packing.js';

export interface ReceiveDeps {
  readonly accessions: AccessionStore;
  readonly blobs: BlobStore;
  readonly dispatch: Dispatcher;
}

export interface Request {
  readonly collection: string;
  readonly options: AccessionOptions;
  readonly custody: Custody;
  /** Told how many bytes have been kept so far. */
  readonly onBytes?: (bytes: number) => void;
}

/** Receives a file or a folder from this machine's disk. Returns the accession's id; the work goes on in the queue. */
export async function receivePath(deps: ReceiveDeps, path: string, request: Request): Promise<Key> {
  const info = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new UsageError(`${path}: there is no such file or folder`);
    throw error;
  });
  if (info.isDirectory()) return receiveFolder(deps, path, request);
  if (!info.isFile() && !info.isSymbolicLink()) throw new UsageError(`${path}: neither a file nor a folder`);
  return receiveStream(deps, basename(path), createReadStream(path, CHUNKS), request);
}

/** Receives one file as a stream of any length. */
export async function receiveStream(
  deps: ReceiveDeps,
  name: string,
  chunks: AsyncIterable<Uint8Array>,
  request: Request,
): Promise<Key> {
  const head: Uint8Array[] = [];
  let headBytes = 0;
  let total = 0;
  async function* watched(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      if (headBytes < HEAD) {
        head.push(chunk.subarray(0, HEAD - headBytes));
        headBytes += chunk.length;
      }
      total += chunk.length;
      request.onBytes?.(total);
      yield chunk;
    }
  }
  const kept = await deps.blobs.put(watched());
  const id = await begin(deps, name, packingOf(Buffer.concat(head)), request);
  await deps.accessions.received(id, kept.digest, kept.bytes);
  await deps.dispatch.accession(id, 0);
  return id;
}

async function receiveFolder(deps: ReceiveDeps, path: string, request: Request): Promise<Key> {
  const members: UnpackedMember[] = [];
  let bytes = 0;
  for await (const file of walk(path, '')) {
    if (file.refusal) {
      members.push({ path: file.path, bytes: 0, refusal: { reason: 'unsafe-path', detail: file.refusal } });
      continue;
    }
    const kept = await deps.blobs.put(createReadStream(join(path, file.path), CHUNKS));
    members.push({ path: file.path, ...kept });
    bytes += kept.bytes;
    request.onBytes?.(bytes);
  }
  const id = await begin(deps, basename(path), 'folder', request);
  await deps.accessions.received(id, folderDigest(members), bytes, members);
  await deps.dispatch.accession(id, 0);
  return id;
}

/** SHA-256 over lines of `<digest> <bytes> <path>`, sorted by path. */
function folderDigest(members: readonly UnpackedMember[]): Digest {
  return sha256(members.map(({ digest, bytes, path }) => `${digest ?? '-'} ${bytes} ${path}\n`).join(''));
}

async function begin(deps: ReceiveDeps, path: string, packing: Packing, request: Request): Promise<Key> {
  const collection = await deps.accessions.ensureCollection(request.collection);
  const id = randomUUID().replaceAll('-', '') as Key;
  const { options, custody } = request;
  await deps.accessions.create({ id, collection, path, packing, options, custody });
  return id;
}

/** A folder's files in the order of their paths. Links are not followed: they may lead out of what was handed in. */
async function* walk(root: string, below: string): AsyncGenerator<{ path: string; refusal?: string }> {
  const entries = await readdir(join(root, below), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) yield* walk(root, path);
    else if (entry.isFile()) yield { path };
    else if (entry.isSymbolicLink()) {
      const target = await readlink(join(root, path));
      yield { path, refusal: `a symbolic link to ${target}: hand in the file itself` };
    }
  }
}

/** 512 KiB at a time: hashing and writing then overlap, and waiting is rare. */
const CHUNKS = { highWaterMark: 512 * 1024 };
const HEAD = 512;
