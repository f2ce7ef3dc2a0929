/** What following finds out about posts, as the doors tell it. */

/**
 * `new` seen standing for the first time; `edited` the archive's versions say that it changed (another rendering of the
 * same is no edit); `deleted` on the platform's own word; `gone` it cannot be seen any more, and the platform does not
 * say deleted; `back` it stands again.
 */
export const EVENT_KINDS = ['new', 'edited', 'deleted', 'gone', 'back'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

export interface EventView {
  /** A growing number, as a string. Whoever has seen one has seen all before it. */
  readonly id: string;
  readonly kind: EventKind;
  readonly uri: string;
  /** Id of the post. */
  readonly post: string;
  readonly collection: string;
  readonly seed: string;
  readonly harvest: string;
  /** When the look was that showed it. */
  readonly at: string;
}
