/**
 * What a timeline must know about the contents that it orders: one law for posts, one for actors' profiles.
 */
import type { Content, Profile } from './content.js';
import { compatible, disagreements, isPartial, join, richness, surelyAlike } from './rendering.js';
import { agreeTimes, bestTime } from './rendering-fields.js';
import { agreePlain, wholeTextOf } from './rendering-text.js';
import { eitherTrue, same, smallest, joinRecords } from './rendering-values.js';
import type { Time } from './time.js';

export interface Law<C> {
  /** Whether both can be renderings of one version. Symmetric, reflexive, not transitive. */
  compatible(a: C, b: C): boolean;
  /** All that either asserts; a law on contents that are compatible pairwise. */
  join(a: C, b: C): C;
  /** Number of asserted fields, cut ones counting half. */
  richness(content: C): number;
  /** The names of the fields that make two contents incompatible. */
  disagreements(a: C, b: C): readonly string[];
  /** Whether the rendering cuts something short. Absent: none does. */
  isPartial?(content: C): boolean;
  /** Whether contents of two editions that the platform numbers are surely one. Absent: when compatible. */
  surelyAlike?(a: C, b: C): boolean;
  /** Equal for renderings that surely show the same version; undefined when the rendering is too poor to tell. */
  likeness?(content: C): string | undefined;
  /** The platform's own marks of publication and edit. */
  marks?(content: C): Marks;
}

export interface Marks {
  readonly published?: Time;
  readonly edited: boolean;
  /** When, if the platform says so. */
  readonly editedAt?: Time;
}

/** `updated` marks an edit only when it is not the time of publication, as some platforms always write it. */
function marksOf(content: Content): Marks {
  const { published, updated } = content;
  const moved = updated !== undefined && !(published && agreeTimes(published, updated));
  return {
    ...(published && { published }),
    edited: moved || content.extra?.['edited'] === true,
    ...(moved && { editedAt: updated }),
  };
}

export const POST_LAW: Law<Content> = {
  compatible,
  join,
  richness,
  disagreements,
  isPartial,
  surelyAlike,
  likeness: wholeTextOf,
  marks: marksOf,
};

type Agree<F extends keyof Profile> = (a: NonNullable<Profile[F]>, b: NonNullable<Profile[F]>) => boolean;
type Join<F extends keyof Profile> = (
  a: NonNullable<Profile[F]>,
  b: NonNullable<Profile[F]>,
) => NonNullable<Profile[F]>;

/** Profiles: a field that both assert is equal in normal form; what differs by rendering is not compared. */
const PROFILE_FIELDS: { readonly [F in keyof Required<Profile>]: readonly [Agree<F> | undefined, Join<F>] } = {
  handle: [agreePlain, smallest],
  name: [agreePlain, smallest],
  summary: [agreePlain, smallest],
  location: [agreePlain, smallest],
  url: [agreePlain, smallest],
  icon: [agreePictures, smallest],
  image: [agreePictures, smallest],
  published: [agreeTimes, bestTime],
  locked: [same, eitherTrue],
  verified: [same, eitherTrue],
  status: [undefined, smallest],
  type: [undefined, smallest],
  extra: [undefined, joinRecords],
};

/** One picture has many addresses: other schemes, sizes and signatures. */
function agreePictures(a: string, b: string): boolean {
  return a === b || pictureOf(a) === pictureOf(b);
}

function pictureOf(url: string): string {
  return url
    .replace(/^https?:/, '')
    .replace(/[?#].*$/s, '')
    .replace(/_(?:normal|bigger|mini|reasonably_small|x96|\d+x\d+)(?=\.\w+$)/, '');
}

type AnyRule = readonly [((a: unknown, b: unknown) => boolean) | undefined, (a: unknown, b: unknown) => unknown];
const RULES = Object.entries(PROFILE_FIELDS) as unknown as readonly (readonly [keyof Profile, AnyRule])[];

function profileDisagreements(a: Profile, b: Profile): string[] {
  if (a === b) return [];
  const fields: string[] = RULES.filter(([name, [agree]]) => {
    return agree && a[name] !== undefined && b[name] !== undefined && !agree(a[name], b[name]);
  }).map(([name]) => name);
  // An account that is shown stands: else one that is suspended would have been so since its profile was last seen.
  if ((a.status ?? 'active') !== (b.status ?? 'active')) fields.push('status');
  return fields;
}

function joinProfiles(a: Profile, b: Profile): Profile {
  if (a === b) return a;
  const out: Partial<Record<keyof Profile, unknown>> = {};
  for (const [name, [, join]] of RULES) {
    const [left, right] = [a[name], b[name]];
    const value = left === undefined ? right : right === undefined ? left : join(left, right);
    if (value !== undefined) out[name] = value;
  }
  return out as Profile;
}

export const PROFILE_LAW: Law<Profile> = {
  compatible: (a, b) => profileDisagreements(a, b).length === 0,
  join: joinProfiles,
  richness: (profile) => RULES.filter(([name]) => profile[name] !== undefined).length,
  disagreements: profileDisagreements,
};
