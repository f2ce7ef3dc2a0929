/**
 * Renderings: the same post looks different in its owner's archive, in three APIs, in a feed, on a page. None of that
 * is an edit. Two renderings are *compatible* when every field that both assert agrees, and compatible ones *join*
 * into a content that asserts whatever either does.
 *
 * Compatibility is symmetric and reflexive, not transitive: "ab…" fits "abc" and fits "abd". So joining is
 * commutative, associative and idempotent only on sets that are compatible pair by pair; versions are therefore a
 * fold over a total order (timeline.ts), and the join of one is a derived view that has no digest.
 */
import type { Content, CutField } from './content.js';
import * as field from './rendering-fields.js';
import * as text from './rendering-text.js';
import { eitherTrue, fuller, isCut, joinRecords, same, smallest, type Joined } from './rendering-values.js';

export type { Joined } from './rendering-values.js';

type Field = Exclude<keyof Content, 'cut'>;
type Value<F extends Field> = NonNullable<Content[F]>;

interface FieldLaw<F extends Field> {
  /** Whether two assertions can be of the same post unedited; absent: never compared. */
  readonly agree?: (a: Value<F>, b: Value<F>, left: Content, right: Content) => boolean;
  /** Which of two assertions stands in the join. */
  readonly join: (a: Value<F>, b: Value<F>, left: Content, right: Content) => Value<F>;
  /** Compared even where a side is a repost, whose other fields are those of the post that it repeats. */
  readonly ofReposts?: true;
}

/** The laws, one line a field, in the order in which disagreements are listed. A field without a law does not compile. */
const LAWS: { readonly [F in Field]: FieldLaw<F> } = {
  attributedTo: { agree: same, join: smallest, ofReposts: true },
  announces: { agree: same, join: smallest, ofReposts: true },
  published: { agree: field.agreeTimes, join: field.bestTime, ofReposts: true },
  text: { agree: text.agreeTexts, join: text.joinTexts, ofReposts: true },
  name: { agree: text.agreePlain, join: smallest },
  summary: { agree: text.agreePlain, join: smallest },
  inReplyTo: { agree: same, join: smallest },
  quotes: { agree: same, join: smallest },
  attachment: { agree: field.agreeAttachments, join: field.joinAttachments },
  tag: { agree: field.agreeTags, join: field.joinTags },
  poll: { agree: field.agreePolls, join: fuller },
  // Never compared: descriptions that change without an edit, or that renderings give each in their own way.
  type: { join: field.joinTypes },
  updated: { join: field.laterTime },
  visibility: { join: field.narrower },
  sensitive: { join: eitherTrue },
  html: { join: smallest },
  context: { join: smallest },
  link: { join: field.joinLinks },
  location: { join: fuller },
  language: { join: smallest },
  generator: { join: smallest },
  url: { join: smallest },
  extra: { join: joinRecords },
};

// Each law takes the values of its own field; going over all of them at once, that is beyond the type system.
const FIELDS = Object.entries(LAWS) as unknown as readonly (readonly [Field, FieldLaw<Field>])[];
const COMPARED = FIELDS.filter(([, law]) => law.agree);

function agrees(name: Field, law: FieldLaw<Field>, a: Joined, b: Joined): boolean {
  const [left, right] = [a[name], b[name]];
  if (left === undefined || right === undefined || left === right) return true;
  return law.agree!(left, right, a, b);
}

/** The fields that both assert and in which they disagree, in the order of the table. */
export function disagreements(a: Joined, b: Joined): string[] {
  return a === b
    ? []
    : COMPARED.filter(([name, law]) => isCompared(law, a, b) && !agrees(name, law, a, b)).map(([name]) => name);
}

/** Whether both can be renderings of one and the same version of a post. */
export function compatible(a: Joined, b: Joined): boolean {
  return a === b || COMPARED.every(([name, law]) => !isCompared(law, a, b) || agrees(name, law, a, b));
}

function isCompared(law: FieldLaw<Field>, a: Content, b: Content): boolean {
  return law.ofReposts === true || (a.type !== 'Announce' && b.type !== 'Announce');
}

/** All that either asserts. A law (associative, commutative, idempotent) on contents that are compatible pairwise. */
export function join(a: Joined, b: Joined): Joined {
  if (a === b) return a;
  const out: Partial<Record<Field, unknown>> = {};
  for (const [name, law] of FIELDS) {
    const [left, right] = [a[name], b[name]];
    const value = left === undefined ? right : right === undefined ? left : law.join(left, right, a, b);
    if (value !== undefined) out[name] = value;
  }
  return { ...(out as unknown as Content), ...cutOf(a, b) };
}

/** What the join still lacks: a field is whole as soon as one rendering has it whole. */
function cutOf(a: Joined, b: Joined): Pick<Joined, 'cut' | 'whole'> {
  const cut: CutField[] = [];
  if (staysCut('text', a, b)) cut.push('text');
  const asserted = a.attachment !== undefined || b.attachment !== undefined;
  if (asserted ? field.attachmentsStayCut(a, b) : staysCut('attachment', a, b)) cut.push('attachment');
  const textIsCut = cut.includes('text');
  const tagsAreCut = staysCut('tag', a, b);
  // Beside a cut text, cut tags go without saying, unless a rendering did say so.
  const said = sidesWith('tag', a, b).some((side) => side.cut?.includes('tag'));
  const hasTags = a.tag !== undefined || b.tag !== undefined;
  if (tagsAreCut && (said || (hasTags && !textIsCut))) cut.push('tag');
  if (staysCut('link', a, b)) cut.push('link');
  return {
    ...(cut.length > 0 && { cut }),
    ...(textIsCut && hasTags && !tagsAreCut && { whole: ['tag'] as const }),
  };
}

function staysCut(name: CutField, a: Joined, b: Joined): boolean {
  const sides = sidesWith(name, a, b);
  return a[name] === undefined && b[name] === undefined
    ? sides.some((side) => isCut(side, name))
    : sides.every((side) => isCut(side, name));
}

/** The sides that assert the field; both, where neither does. */
function sidesWith(name: CutField, a: Joined, b: Joined): Joined[] {
  const asserting = [a, b].filter((side) => side[name] !== undefined);
  return asserting.length > 0 ? asserting : [a, b];
}

/** How much is asserted: one a field, half a point for a cut one. */
export function richness(content: Joined): number {
  let points = 0;
  for (const [name] of FIELDS) {
    if (content[name] !== undefined) points += isCuttable(name) && isCut(content, name) ? 0.5 : 1;
  }
  return points;
}

function isCuttable(name: Field): name is CutField & Field {
  return name === 'text' || name === 'attachment' || name === 'tag' || name === 'link';
}

/** Whether something that is compared is cut short, so that a disagreement may be the rendering's. */
export function isPartial(content: Content): boolean {
  return isCut(content, 'text') || isCut(content, 'attachment') || isCut(content, 'tag');
}

/**
 * Whether two compatible contents are surely alike: nothing cut, and the links in the text lead to the same places.
 * Between two edits that the platform numbers, only that makes them one version.
 */
export function surelyAlike(a: Content, b: Content): boolean {
  return !isPartial(a) && !isPartial(b) && text.leadAlike(a, b);
}
