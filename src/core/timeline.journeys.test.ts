import { describe, expect, it } from '@jest/globals';
import type { Content } from './content.js';
import { keyOf, sha256 } from './digest.js';
import type { Outcome } from './reading.js';
import { timeFromMs } from './time.js';
import { asOf, claimedAt, POST_LAW, PROFILE_LAW, timeline, type Sighting, type Timeline } from './timeline.js';

const time = (second: number) => timeFromMs(second * 1000, 's');

let serial = 0;

/** A look at a second of the test's clock: a text (with `…` at its end: cut), a content, or an outcome. */
function look(second: number, what: string | Content | { outcome: Outcome }, more: Partial<Sighting> = {}): Sighting {
  const seen = {
    id: keyOf('observation', String(serial++)),
    post: keyOf('post', 'p'),
    observed: { at: time(second), basis: 'record' as const },
  };
  if (typeof what === 'object' && 'outcome' in what) return { ...seen, hand: 'first', outcome: what.outcome, ...more };
  const content: Content = typeof what === 'string' ? note(what) : what;
  return { ...seen, hand: 'first', outcome: 'present', content, snapshot: sha256(JSON.stringify(content)), ...more };
}

const note = (text: string, more: Partial<Content> = {}): Content => ({
  type: 'Note',
  text,
  ...(text.endsWith('…') && { cut: ['text'] as const }),
  ...more,
});
const gone = (second: number, outcome: Outcome, more: Partial<Sighting> = {}) => look(second, { outcome }, more);
const edition = (number: number) => ({ edition: number, claimedFrom: time(number) });
const history = (all: readonly Sighting[], chain?: { length?: number }) => timeline(all, POST_LAW, chain);
const told = ({ versions }: Timeline) => versions.map((version) => version.content?.text ?? version.outcome);
const conflicts = ({ versions }: Timeline) => versions.map((version) => version.conflicting.join());

describe('versions', () => {
  it('of a post that changes and changes back are three', () => {
    expect(told(history([look(1, 'A'), look(5, 'B'), look(9, 'A')]))).toEqual(['A', 'B', 'A']);
  });

  it('of a post edited twice, deleted and restored are five, and the right one is in force between', () => {
    const all = [
      look(1, 'one'),
      look(10, 'two'),
      look(20, 'three'),
      gone(30, 'deleted'),
      gone(31, 'deleted'),
      look(40, 'three'),
    ];
    expect(told(history(all))).toEqual(['one', 'two', 'three', 'deleted', 'three']);
    expect(asOf(all, 15_000, POST_LAW).version?.content?.text).toBe('two');
    expect(asOf(all, 35_000, POST_LAW).version).toMatchObject({ outcome: 'deleted', from: time(30), to: time(31) });
    expect(asOf(all, 0, POST_LAW).version).toBeUndefined();
    expect(history(all)).toMatchObject({ state: 'present', firstObservedAt: time(1), lastObservedAt: time(40) });
  });

  it('two workers that get a post and its edit at once, in either order, tell one story', () => {
    const [post, edit] = [look(5, 'post', edition(1)), look(5, 'edit', edition(3))];
    for (const all of [
      [post, edit],
      [edit, post],
    ]) {
      const { versions } = history(all);
      expect(versions.map(({ content, conflict, snapshots }) => [content?.text, conflict, snapshots.length])).toEqual([
        ['post', false, 1],
        ['edit', false, 1],
      ]);
    }
  });

  it('are not opened by poorer renderings, before or after', () => {
    const full = note('Aleppo is under fire https://t.co/a', {
      published: timeFromMs(500, 'ms'),
      attachment: [{ type: 'Image', key: 'k' }],
    });
    const all = [
      look(1, 'Aleppo is…'),
      look(2, full),
      look(3, 'Aleppo…'),
      look(4, note('Aleppo is under fire https://t.co/zZ', { published: time(0) })),
    ];
    const { versions } = history(all);
    expect(versions).toHaveLength(1);
    expect(versions[0]).toMatchObject({
      content: full,
      snapshot: all[1]!.snapshot,
      from: time(1),
      to: time(4),
      conflict: false,
    });
    expect(versions[0]!.snapshots).toHaveLength(4);
  });

  it('join in the order of the timeline, not of arrival, where a cut text fits two', () => {
    const all = [look(5, 'ab…'), look(9, 'abd'), look(1, 'abc')];
    expect(told(history(all))).toEqual(['abc', 'abd']);
    expect(history(all).versions[0]!.observations).toHaveLength(2);
  });

  it('of an actor follow the same rules', () => {
    const profile = (second: number, content: object) => ({
      ...look(second, 'x'),
      content,
      snapshot: sha256(JSON.stringify(content)),
    });
    const all = [
      profile(1, { handle: 'nour', name: 'Nour', icon: 'https://pbs.example/i/a_normal.jpg' }),
      profile(2, { handle: 'nour', icon: 'https://pbs.example/i/a_400x400.jpg', extra: { bot: false } }),
      profile(3, { handle: 'nour_aleppo', name: 'Nour' }),
      gone(4, 'suspended'),
    ] as Sighting[];
    const { versions } = timeline(all as unknown as Sighting<object>[], PROFILE_LAW as never);
    expect(
      versions.map((version) => (version.content as { handle?: string } | undefined)?.handle ?? version.outcome),
    ).toEqual(['nour', 'nour_aleppo', 'suspended']);
  });
});

describe('the platform’s order', () => {
  it('makes a later look at a superseded version a witness of that version', () => {
    // twarc: both versions, fetched before, within and after the edit's grace: one edit, no reversion.
    const all = [1, 20, 40].flatMap((second) => [
      look(second + 1, 'edited', { edition: 1 }),
      look(second, 'first', { edition: 0 }),
    ]);
    const told = history(all, { length: 2 });
    expect(
      told.versions.map(({ content, from, to, conflict, observations }) => [
        content?.text,
        from,
        to,
        conflict,
        observations.length,
      ]),
    ).toEqual([
      ['first', time(1), time(40), false, 3],
      ['edited', time(2), time(41), false, 3],
    ]);
  });

  it('holds when a history and a status come at one time', () => {
    const all = [
      look(50, note('three', { updated: time(30) }), edition(30)),
      look(50, 'one', edition(0)),
      look(50, 'two', edition(10)),
      look(50, 'three', edition(30)),
    ];
    const timeline = history(all);
    expect(told(timeline)).toEqual(['one', 'two', 'three']);
    expect(conflicts(timeline)).toEqual(['', '', '']);
    expect(timeline.versions.map(({ claimedFrom, claimedTo }) => [claimedFrom, claimedTo])).toEqual([
      [time(0), time(10)],
      [time(10), time(30)],
      [time(30), undefined],
    ]);
  });

  it('tells a feed’s early copy of an edit from a reversion when the history comes later', () => {
    const imported = [look(20, 'first', edition(0)), look(20, 'edited', edition(3))];
    expect(told(history([look(5, 'edited'), ...imported]))).toEqual(['first', 'edited']);
    // But a copy older than the claimed edit is a state of its own.
    expect(told(history([look(2, 'edited'), ...imported]))).toEqual(['edited', 'first', 'edited']);
    // And a later look without a number is a reversion that has not been numbered yet.
    expect(told(history([...imported, look(30, 'first')]))).toEqual(['first', 'edited', 'first']);
  });

  it('with an edit mark alone, opens no version and keeps the mark', () => {
    const { versions } = history([
      look(1, 'same', edition(0)),
      look(9, note('same', { updated: time(5) }), edition(5)),
    ]);
    expect(versions).toHaveLength(1);
    expect(versions[0]!.content?.updated).toEqual(time(5));
    expect(versions[0]!.editions).toEqual([0, 5]);
  });

  it('parts editions whose links lead elsewhere, or whose text is cut', () => {
    const linked = (expanded: string) => note('see https://t.co/a', { link: [{ url: 'https://t.co/a', expanded }] });
    expect(
      told(
        history([look(1, linked('https://a.example'), edition(0)), look(2, linked('https://b.example'), edition(1))]),
      ),
    ).toHaveLength(2);
    expect(told(history([look(1, linked('https://a.example')), look(2, linked('https://b.example'))]))).toHaveLength(1);
    expect(told(history([look(1, 'see…', edition(0)), look(2, 'see this', edition(1))]))).toEqual(['see…', 'see this']);
  });

  it('says nothing about looks that found nothing', () => {
    const all = [
      look(1, 'first', { edition: 0 }),
      look(2, 'edited', { edition: 1 }),
      gone(5, 'notFound', { edition: 0 }),
    ];
    expect(told(history(all))).toEqual(['first', 'edited', 'notFound']);
  });
});

describe('what nobody captured', () => {
  const edited = note('edited', { published: time(0), updated: time(5) });

  it('stands before a post that was first seen edited', () => {
    const timeline = history([look(9, edited)]);
    expect(told(timeline)).toEqual(['notCaptured', 'edited']);
    expect(timeline.versions[0]).toMatchObject({
      outcome: 'notCaptured',
      observations: [],
      claimedFrom: time(0),
      claimedTo: time(5),
    });
    expect(timeline.state).toBe('present');
  });

  it('does not where the text before the edit was seen, or publication counts as an update', () => {
    expect(told(history([look(2, note('edited', { published: time(0) })), look(9, edited)]))).toEqual(['edited']);
    expect(told(history([look(9, note('as published', { published: time(0), updated: time(0) }))]))).toEqual([
      'as published',
    ]);
    expect(told(history([look(9, note('edited, says a label', { extra: { edited: true } }))]))).toEqual([
      'notCaptured',
      'edited, says a label',
    ]);
  });

  it('fills the places of an edit chain that are missing, one version a run', () => {
    const all = [look(1, 'zero', { edition: 0 }), look(9, 'three', { edition: 3 })];
    const timeline = history(all, { length: 6 });
    expect(timeline.versions.map(({ outcome, editions }) => [outcome, editions])).toEqual([
      ['present', [0]],
      ['notCaptured', [1, 2]],
      ['present', [3]],
      ['notCaptured', [4, 5]],
    ]);
    expect(timeline.state).toBe('present');
    expect(told(history([look(1, 'two', { edition: 2 }), gone(5, 'deleted')], { length: 3 }))).toEqual([
      'notCaptured',
      'two',
      'deleted',
    ]);
    expect(told(history([look(1, 'same', { edition: 0 }), look(2, 'same', { edition: 2 })], {}))).toEqual([
      'same',
      'notCaptured',
      'same',
    ]);
  });

  it('is not known before a look says so', () => {
    const all = [look(1, 'zero', { edition: 0, editions: 1 }), look(9, 'zero', { edition: 0, editions: 2 })];
    expect(told(asOf(all, 5_000, POST_LAW, { length: 2 }).timeline)).toEqual(['zero']);
    expect(told(history(all))).toEqual(['zero', 'notCaptured']);
  });

  it('is not claimed where a version without a number may be the missing one', () => {
    expect(told(history([look(1, 'A'), look(5, 'B', { edition: 1 })], {}))).toEqual(['A', 'B']);
  });

  it('is not claimed for places that are no places', () => {
    expect(told(history([look(1, 'a', { edition: 1_481_614_909 })], { length: 2 }))).toEqual(['a']);
  });
});

describe('removals', () => {
  it('that hand out the content show it first, as published, then the removal', () => {
    const content = note('farewell', { published: time(0) });
    const removal = look(9, content, { outcome: 'deleted', claimedFrom: time(7) });
    const { versions } = history([removal]);
    expect(versions).toMatchObject([
      { outcome: 'present', content, claimedFrom: time(0), claimedTo: time(7), snapshots: [removal.snapshot] },
      { outcome: 'deleted', from: time(9), claimedFrom: time(7) },
    ]);
    expect(versions[0]!.from).toBeUndefined();
  });

  it('with content add no reappearance, and no version where the content is known', () => {
    const removal = look(9, 'A', { outcome: 'deleted' });
    expect(told(history([look(1, 'A'), removal]))).toEqual(['A', 'deleted']);
    expect(told(history([look(1, 'A'), gone(5, 'deleted'), removal]))).toEqual(['A', 'deleted']);
    expect(told(history([gone(5, 'notFound'), gone(6, 'suspended'), removal]))).toEqual([
      'A',
      'notFound',
      'suspended',
      'deleted',
    ]);
    expect(told(history([look(1, 'A'), gone(5, 'deleted'), look(7, 'A'), removal]))).toEqual([
      'A',
      'deleted',
      'A',
      'deleted',
    ]);
  });

  it('are runs of one outcome each', () => {
    const all = [look(1, 'A'), gone(2, 'notFound'), gone(3, 'notFound'), gone(4, 'suspended'), look(9, 'A')];
    expect(told(history(all))).toEqual(['A', 'notFound', 'suspended', 'A']);
  });

  it('are never inferred from ambiguous looks', () => {
    const all = [look(1, 'A'), gone(2, 'omitted'), gone(3, 'unreachable'), look(4, 'A'), gone(5, 'omitted')];
    const timeline = history(all);
    expect(told(timeline)).toEqual(['A']);
    expect(timeline.state).toBe('present');
    expect(timeline.sightings).toHaveLength(5);
    expect(told(history([gone(2, 'omitted'), gone(3, 'unreachable')]))).toEqual(['unreachable']);
    expect(history([]).state).toBeUndefined();
  });
});

describe('conflicts', () => {
  it('at one moment without an order are shown, the continuing text first', () => {
    const all = [look(1, 'B'), look(5, 'A'), look(5, 'B'), look(5, 'A')];
    const timeline = history(all);
    expect(told(timeline)).toEqual(['B', 'A']);
    expect(conflicts(timeline)).toEqual(['', 'text']);
    expect(timeline.versions[1]!.conflict).toBe(true);
  });

  it('between hands are shown, until somebody sees it first-hand', () => {
    const quoted = look(5, 'B', { hand: 'second' });
    expect(conflicts(history([look(1, 'A'), quoted]))).toEqual(['', 'text']);
    expect(conflicts(history([look(1, 'A'), quoted, look(6, 'B')]))).toEqual(['', '']);
  });

  it('are none where the platform’s numbers order the two', () => {
    const all = [look(1, 'A', edition(0)), look(5, 'B', { hand: 'second', ...edition(3) })];
    expect(conflicts(history(all))).toEqual(['', '']);
  });

  it('of a weak reading alone between equal neighbours open no version, and are listed', () => {
    for (const weak of [look(5, 'B', { hand: 'second' }), look(5, 'B…'), gone(5, 'notFound', { hand: 'second' })]) {
      const { versions } = history([look(1, 'A'), weak, look(6, 'A…'), look(9, 'A')]);
      expect(versions).toHaveLength(1);
      expect(versions[0]).toMatchObject({
        conflict: true,
        disputedBy: [weak.id],
        conflicting: [weak.content ? 'text' : 'outcome'],
      });
    }
    // A whole first-hand one does, and so does what the platform numbers.
    expect(told(history([look(1, 'A'), look(5, 'B'), look(9, 'A')]))).toEqual(['A', 'B', 'A']);
    expect(told(history([look(1, 'A', edition(0)), look(5, 'B…', edition(4)), look(9, 'A', edition(8))]))).toEqual([
      'A',
      'B…',
      'A',
    ]);
  });
});

describe('claimed-at', () => {
  const timeline = history([look(50, 'one', edition(0)), look(50, 'two', edition(10)), gone(60, 'notFound')]);

  it('answers by what the platform claims, and says what had not been seen yet', () => {
    expect(claimedAt(timeline, 5_000)).toMatchObject({
      version: { content: { text: 'one' } },
      basis: 'claimed',
      seen: false,
    });
    expect(claimedAt(timeline, 55_000)).toMatchObject({
      version: { content: { text: 'two' } },
      basis: 'claimed',
      seen: true,
    });
    expect(claimedAt(timeline, 60_000)).toMatchObject({
      version: { outcome: 'notFound' },
      basis: 'observed',
      seen: true,
    });
    expect(claimedAt(timeline, -1)).toEqual({ seen: false });
  });

  it('is not misled by renderings that do not know of the edit', () => {
    const { versions } = history([
      look(1, 'one', { claimedFrom: time(0) }),
      look(20, 'two', { claimedFrom: time(0) }),
      look(21, 'two', { claimedFrom: time(10) }),
    ]);
    expect(versions.map((version) => version.claimedFrom)).toEqual([time(0), time(10)]);
  });
});
