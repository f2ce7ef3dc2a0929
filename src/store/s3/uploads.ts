/** Uploads that never became an object: the proof that one can write, and what killed processes left. */
import { randomUUID } from 'node:crypto';
import { sha256 } from '../../core/digest.js';
import type { S3Client } from './client.js';
import { S3Error, xmlElements } from './errors.js';
import { abort, begin, sendPart, textOf } from './upload.js';

const PROBE = Buffer.from('perdure');

/**
 * Sends a few bytes as the part of an upload that is aborted: that leaves nothing, no version and no marker, also where
 * objects cannot be deleted (object lock).
 * @throws S3Error
 */
export async function canWrite(client: S3Client): Promise<void> {
  const key = `incoming/probe-${randomUUID()}`;
  const uploadId = await begin(client, key, 1);
  try {
    await sendPart(client, key, uploadId, 1, { bytes: PROBE.length, sha256: sha256(PROBE), open: () => PROBE }, 1);
  } finally {
    await abort(client, key, uploadId, 1);
  }
}

/** @param before milliseconds since 1970 @returns how many were aborted */
export async function abortOld(client: S3Client, before: number): Promise<number> {
  const { prefix } = client.place;
  let aborted = 0;
  // A bucket may be shared: only what can be ours is looked at.
  for (const ours of ['sha256/', 'incoming/']) {
    for (let after: Record<string, string> = {}; ;) {
      const query = { uploads: '', prefix: prefix + ours, ...after };
      const text = await client.ask({ method: 'GET', query }, textOf);
      const [list] = xmlElements(text, 'ListMultipartUploadsResult');
      if (!list) throw new S3Error('UnclearAnswer', `${client.where}: its list of uploads is none of S3's`, false);
      for (const { Key: key = '', UploadId: uploadId = '', Initiated: at = '' } of xmlElements(text, 'Upload')) {
        if (!key.startsWith(prefix + ours) || !(Date.parse(at) < before)) continue;
        await abort(client, key.slice(prefix.length), uploadId);
        aborted++;
      }
      const { NextKeyMarker: marker = '', NextUploadIdMarker: id = '' } = list;
      if (list['IsTruncated'] !== 'true' || marker === '') break;
      after = { 'key-marker': marker, 'upload-id-marker': id };
    }
  }
  return aborted;
}
