/** Files in exports of Facebook, Instagram and Threads: `{"uri":"posts/media/…/1_2_3_n_4.jpg","creation_timestamp":…}`. */
import type { Attachment } from '../../core/content.js';
import { asArray, asObject, asString, type JsonObject } from './json.js';

export interface MetaFile {
  readonly attachment: Attachment;
  /** Relative to the package; undefined where the record has no path, or a web address. */
  readonly file: string | undefined;
}

const TYPES: Readonly<Record<string, Attachment['type']>> = {
  ...Object.fromEntries(
    ['jpg', 'jpeg', 'png', 'webp', 'gif', 'heic', 'avif'].map((ending) => [ending, 'Image'] as const),
  ),
  ...Object.fromEntries(['mp4', 'mov', '3gp', 'webm', 'srt'].map((ending) => [ending, 'Video'] as const)),
  ...Object.fromEntries(['mp3', 'aac', 'm4a', 'wav', 'ogg', 'opus'].map((ending) => [ending, 'Audio'] as const)),
};

/** Undefined for what names no file. `path` is that of the member that holds the record. */
export function fileOf(
  media: JsonObject,
  path: string,
  options: { readonly type?: Attachment['type']; readonly name?: string } = {},
): MetaFile | undefined {
  const uri = asString(media['uri']) ?? asString(media['path']);
  if (uri === undefined || uri === '') return undefined;
  const key = fileKey(uri);
  const isWeb = /^https?:/i.test(uri);
  const attachment: Attachment = {
    type: options.type ?? typeOf(media, uri),
    ...(key !== undefined && { key }),
    ...(options.name !== undefined && options.name !== '' && { name: options.name }),
  };
  return { attachment, file: isWeb ? undefined : besides(path, uri) };
}

/** The last number in the file's name is that of the file on the platform, and the same in every export. */
export function fileKey(uri: string): string | undefined {
  return /(?:^|[_/])(\d{10,20})\.\w{2,5}$/.exec(uri.split(/[?#]/, 1)[0]!)?.[1];
}

function typeOf(media: JsonObject, uri: string): Attachment['type'] {
  const known = TYPES[uri.slice(uri.lastIndexOf('.') + 1).toLowerCase()];
  if (known) return known;
  const metadata = asObject(media['media_metadata']) ?? {};
  return 'video_metadata' in metadata ? 'Video' : 'photo_metadata' in metadata ? 'Image' : 'Document';
}

/** The folders that exports begin with, of all ages: paths in records count from the folder that holds these. */
const TOPS =
  /^(?:your_(?:facebook|instagram|threads)_activity|your_activity_across_(?:facebook|messenger)|posts|comments|comments_and_reactions|groups|messages|stories|photos_and_videos|content|media|profile|profile_information|personal_information|likes|saved|threads|other_activity|archive|videos)$/;

/** A path in a record, relative to the package that its member lies in. */
function besides(path: string, uri: string): string {
  const parts = path.split('/').slice(0, -1);
  const relative = uri.replace(/^\.?\/+/, '');
  const top = parts.findIndex((part) => TOPS.test(part));
  const root = uri.startsWith('./') || top < 0 ? parts : parts.slice(0, top);
  return [...root, relative].join('/');
}

/** Every list of files that a record has under these names. */
export function filesUnder(
  record: JsonObject,
  names: Readonly<Record<string, Attachment['type'] | undefined>>,
  path: string,
): readonly MetaFile[] {
  return Object.entries(names).flatMap(([name, type]) => {
    const value = record[name];
    const list = Array.isArray(value) ? asArray(value) : value === undefined ? [] : [value];
    return list.flatMap((each) => {
      const media = asObject(each);
      const file = media && fileOf(media, path, type === undefined ? {} : { type });
      return file ? [file] : [];
    });
  });
}

/** As a reading has them: what is shown, and where it lies. */
export function attached(files: readonly MetaFile[]): {
  readonly attachment?: readonly Attachment[];
  readonly files?: readonly (string | undefined)[];
} {
  if (files.length === 0) return {};
  return { attachment: files.map(({ attachment }) => attachment), files: files.map(({ file }) => file) };
}

const ENDING = /\.(?:jpe?g|png|webp|gif|heic|mp4|mov|3gp|webm|mp3|aac|m4a|wav|ogg|opus|srt|pdf)$/i;
const packages = new WeakMap<RegExp, WeakMap<readonly string[], boolean>>();

/** Whether a file lies in an export whose JSON files `marks` knows by path. By name alone: never more than a guess. */
export function isFileOfExport(path: string, paths: readonly string[], marks: RegExp): boolean {
  if (!ENDING.test(path)) return false;
  let asked = packages.get(marks);
  if (!asked) packages.set(marks, (asked = new WeakMap()));
  let known = asked.get(paths);
  if (known === undefined) asked.set(paths, (known = paths.some((other) => marks.test(other))));
  return known;
}
