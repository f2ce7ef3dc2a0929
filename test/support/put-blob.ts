/** Puts a large blob, for a test that ends the process meanwhile. Argument: a folder; without one, PERDURE_BLOBS. */
import { setTimeout as sleep } from 'node:timers/promises';
import { blobPlace } from '../../src/app/blobs.js';
import { sha256 } from '../../src/core/digest.js';
import { FileBlobs } from '../../src/store/blobs.js';
import { S3Blobs } from '../../src/store/s3/blobs.js';

const folder = process.argv[2] ?? '';
const place = blobPlace(process.env['PERDURE_BLOBS'], process.env['PERDURE_DATA']!, process.env);
// One part after the other, so that there is a middle.
const parts = { bytes: 5 * 1024 * 1024, atOnce: 1 };
const blobs = place.kind === 's3' ? new S3Blobs(place.s3, { parts }) : new FileBlobs(folder);
const piece = Buffer.alloc(1024 * 1024, 'perdure ');
const pieces = 60;

async function* chunks(): AsyncGenerator<Uint8Array> {
  for (let n = 0; n < pieces; n++) yield await Promise.resolve(piece);
  // A folder has no later moment: renaming takes none.
  if (place.kind === 'folder') await sleep(60_000);
}

process.stdout.write(`${sha256(Buffer.concat(Array.from({ length: pieces }, () => piece)))}\n`);
await blobs.put(chunks());
process.stdout.write('put\n');
