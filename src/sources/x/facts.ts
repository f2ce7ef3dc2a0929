/** What the survey found out about a package, as plain JSON, and what normalise makes of it. */
import type { Link, Profile, Tag } from '../../core/content.js';
import type { CaptureContext, ImportOptions, Survey } from '../source.js';
import type { Author } from './draft.js';
import { actorOf, idOf, isHandle } from './uri.js';

/** The text of a long post, which the archive keeps apart from the post. */
export interface Note {
  readonly id: string;
  readonly text: string;
  readonly createdAt: string;
  readonly tag: readonly Tag[];
  readonly link: readonly Link[];
}

export type MediaKind = 'posts' | 'deleted' | 'community' | 'circle';

export interface Facts {
  readonly owner?: { readonly id?: string; readonly profile?: Profile };
  /** Posts were protected at times, and the archive does not say which. */
  readonly wasProtected?: true;
  /** Where the package keeps the media of its posts. */
  readonly media?: { readonly [kind in MediaKind]?: string };
  /** Long texts by the id of the post that they belong to. */
  readonly notes?: { readonly [postId: string]: Note };
  /** The post that a long text belongs to, by the text's own id. */
  readonly joined?: { readonly [noteId: string]: string };
}

const NO_FACTS: Facts = {};

export function factsOf(survey: Survey | undefined): Facts {
  return (survey?.facts as unknown as Facts | undefined) ?? NO_FACTS;
}

// Derived from the survey and the options alone, once for all records: normalise stays pure.
const owners = new WeakMap<Facts, WeakMap<ImportOptions, Author | undefined>>();

/** The account whose archive this is: by the package's own word, else by the word of whoever handed it in. */
export function ownerOf({ survey, options }: CaptureContext): Author | undefined {
  const facts = factsOf(survey);
  let known = owners.get(facts);
  if (known === undefined) owners.set(facts, (known = new WeakMap()));
  if (!known.has(options)) known.set(options, findOwner(facts, options));
  return known.get(options);
}

function findOwner({ owner }: Facts, { account }: ImportOptions): Author | undefined {
  const stated = account?.replace(/^@/, '');
  const id = owner?.id ?? idOf(stated);
  const profile = owner?.profile ?? {};
  const handle =
    profile.handle ?? (stated !== undefined && idOf(stated) === undefined && isHandle(stated) ? stated : undefined);
  if (id === undefined && handle === undefined) return undefined;
  return {
    ...(id !== undefined && { id, actor: { actor: actorOf(id), profile } }),
    ...(handle !== undefined && { handle }),
  };
}
