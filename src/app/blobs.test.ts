import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { blobPlace, incomingOf, sayPlace } from './blobs.js';
import { loadConfig } from './config.js';

const KEYS = { AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 'se/cret+' };
const at = (said: string | undefined, env: Record<string, string> = KEYS) => blobPlace(said, '/data', env);

describe('where blobs are kept', () => {
  it('is a folder: below the data, or the one that is named', () => {
    expect(at(undefined, {})).toEqual({ kind: 'folder', path: '/data/blobs' });
    expect(at('/mnt/blobs', {})).toEqual({ kind: 'folder', path: '/mnt/blobs' });
    expect(at('blobs', {})).toEqual({ kind: 'folder', path: join(process.cwd(), 'blobs') });
    expect(incomingOf(at('/mnt/blobs', {}))).toBe('/mnt/blobs/incoming');
    expect(sayPlace(at('/mnt/blobs', {}))).toBe('/mnt/blobs');
  });

  it('is a bucket, with a prefix or without', () => {
    expect(at('s3://kept/in/here/')).toMatchObject({
      kind: 's3',
      s3: { bucket: 'kept', prefix: 'in/here/', region: 'us-east-1', spool: '/data/spool' },
    });
    expect(at('s3://kept')).toMatchObject({ s3: { bucket: 'kept', prefix: '' } });
    expect(at('s3://kept/')).toMatchObject({ s3: { bucket: 'kept', prefix: '' } });
    expect(at('s3://kept')).not.toHaveProperty('s3.endpoint');
    expect(incomingOf(at('s3://kept/a'))).toBe('/data/spool');
    expect(sayPlace(at('s3://kept/a'))).toBe('s3://kept/a');
  });

  it('is reached as the environment says; an empty variable is an unset one', () => {
    const env = {
      ...KEYS,
      AWS_DEFAULT_REGION: 'eu-west-3',
      AWS_ENDPOINT_URL: 'https://a.example',
      AWS_SESSION_TOKEN: '',
    };
    expect(at('s3://kept', env)).toMatchObject({ s3: { region: 'eu-west-3', endpoint: 'https://a.example' } });
    const more = {
      ...env,
      AWS_REGION: 'eu-north-1',
      S3_ENDPOINT: 'http://127.0.0.1:9000',
      AWS_ENDPOINT_URL_S3: 'https://b.example',
    };
    expect(at('s3://kept', more)).toMatchObject({ s3: { region: 'eu-north-1', endpoint: 'http://127.0.0.1:9000' } });
    const place = at('s3://kept', { ...KEYS, AWS_SESSION_TOKEN: 'token' });
    expect(place.kind === 's3' && place.s3.keys.reveal()).toEqual({
      accessKeyId: 'AKID',
      secretAccessKey: 'se/cret+',
      sessionToken: 'token',
    });
  });

  it.each([
    ['s3://', {}, /^PERDURE_BLOBS="s3:\/\/": must be a folder, or s3:\/\/bucket\/prefix/],
    ['s3:///prefix', {}, /^PERDURE_BLOBS=/],
    ['s3://b', {}, /^PERDURE_BLOBS=/],
    ['s3://kept//x', {}, /^PERDURE_BLOBS=/],
    ['s3://kept/../x', {}, /^PERDURE_BLOBS=/],
    ['s3://kept/a b', {}, /^PERDURE_BLOBS=/],
    ['s3://kept/a?region=x', {}, /^PERDURE_BLOBS=/],
    ['s3://who:secret@kept/a', {}, /^PERDURE_BLOBS=/],
    ['S3://kept', {}, /^PERDURE_BLOBS=/],
    ['gs://kept/a', {}, /^PERDURE_BLOBS="gs:\/\/kept\/a": must be a folder, or s3:\/\/bucket\/prefix/],
    [
      's3://kept',
      { AWS_SECRET_ACCESS_KEY: '' },
      /^AWS_SECRET_ACCESS_KEY is not set: .* \(PERDURE_BLOBS is s3:\/\/kept\)$/,
    ],
    ['s3://kept', { AWS_ACCESS_KEY_ID: '' }, /^AWS_ACCESS_KEY_ID is not set/],
    ['s3://kept', { AWS_SECRET_ACCESS_KEY: 'hush\n' }, /^AWS_SECRET_ACCESS_KEY must not hold spaces, line ends/],
    ['s3://kept', { AWS_SESSION_TOKEN: 'hush hush' }, /^AWS_SESSION_TOKEN must not/],
    ['s3://kept', { AWS_REGION: 'eu west' }, /^AWS_REGION="eu west" must be the name of a region/],
    ['s3://kept', { S3_ENDPOINT: '127.0.0.1:9000' }, /^S3_ENDPOINT="127.0.0.1:9000" must be an address/],
    ['s3://kept', { S3_ENDPOINT: 'ftp://a.example' }, /^S3_ENDPOINT=/],
  ])('%s with %j is refused in one line', (said, env, message) => {
    const load = (): unknown => loadConfig({ ...KEYS, ...env, PERDURE_BLOBS: said });
    expect(load).toThrow(expect.objectContaining({ name: 'UsageError', message: expect.stringMatching(message) }));
    try {
      load();
    } catch (error) {
      expect((error as Error).message).not.toMatch(/\n|hush|se\/cret/);
    }
  });

  it('leaves other programs’ variables alone where blobs are in a folder', () => {
    expect(loadConfig({ AWS_REGION: 'no region', S3_ENDPOINT: '::' }).blobs.kind).toBe('folder');
  });

  it('shows no secret, however it is printed', () => {
    const config = loadConfig({ ...KEYS, AWS_SESSION_TOKEN: 'hush', PERDURE_BLOBS: 's3://kept' });
    expect(inspect(config, { depth: 9, showHidden: true }) + JSON.stringify(config)).not.toMatch(/hush|se\/cret/);
  });
});
