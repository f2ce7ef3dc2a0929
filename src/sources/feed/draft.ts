/** What an item says, whichever format says it; build.ts makes the reading of it. */
import type { Attachment, CutField, Link, Tag, Visibility } from '../../core/content.js';
import type { Json } from '../../core/canonical.js';
import type { Time } from '../../core/time.js';
import type { Person } from './people.js';
import type { Words } from './text.js';

export interface Draft {
  /** The item's name by its format: Atom's id, RSS's guid, RDF's about, JSON Feed's id. */
  readonly id?: string | undefined;
  readonly url?: string | undefined;
  readonly aliases: readonly string[];
  readonly type: string;
  readonly title?: string | undefined;
  readonly words?: Words | undefined;
  /** Where the item has both: the short text beside the whole one. */
  readonly excerpt?: string | undefined;
  readonly published?: Time | undefined;
  readonly updated?: Time | undefined;
  readonly people: readonly Person[];
  readonly tags?: readonly Tag[] | undefined;
  readonly links?: readonly Link[] | undefined;
  readonly attachments?: readonly Attachment[] | undefined;
  /** The name of the item that this one answers. */
  readonly answers?: string | undefined;
  readonly language?: string | undefined;
  readonly sensitive?: boolean | undefined;
  readonly visibility?: Visibility | undefined;
  readonly metrics?: Readonly<Record<string, number>> | undefined;
  readonly extra: { readonly [key: string]: Json };
  readonly cut: readonly CutField[];
}
