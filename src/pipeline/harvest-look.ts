/** Known posts, looked at once more. What a look finds is an observation; this decides when the next one is due. */
import type { Outcome } from '../core/reading.js';
import type { Connector, HarvestIo } from '../sources/harvest.js';
import type { Claim, DueLook, HarvestStore, LookResult } from './harvest-ports.js';
import type { HarvestTake } from './harvest-take.js';
import { lookAfter, type LookPlan } from './revisit.js';

/** In one run, unless the connector says otherwise; more wait for the next, which comes at once. */
const LOOKS_A_RUN = 200;

interface LookDeps {
  readonly store: HarvestStore;
  readonly now: () => number;
  readonly lookPlan: LookPlan;
}

export async function lookAgain(
  { store, now, lookPlan }: LookDeps,
  claim: Claim,
  connector: Connector,
  take: HarvestTake,
  io: HarvestIo,
): Promise<void> {
  const due = await store.dueLooks(claim.seed.id, connector.mostLooks ?? LOOKS_A_RUN);
  if (due.length === 0) return;
  if (!connector.look) {
    // Nothing can be asked about one post: they are no longer planned.
    const at = new Date(now()).toISOString();
    await store.looked(
      claim.seed.id,
      due.map(({ post, outcome }) => ({ post, outcome, dueAt: null, at })),
    );
    return;
  }
  take.watch();
  try {
    for await (const step of connector.look(claim.seed, due, io)) {
      io.signal.throwIfAborted();
      await take.step(step);
    }
  } finally {
    // What was found out before a budget was spent, or the server went away, stands.
    if (!io.signal.aborted) {
      await take.settle();
      const results = due.map((look) => resultOf(lookPlan, look, take.outcomeOf(look.post), now()));
      take.looks += results.length;
      await store.looked(claim.seed.id, results);
    }
  }
}

/** Nothing said of a post is no finding: it stays due, a little later. */
function resultOf(plan: LookPlan, look: DueLook, outcome: Outcome | undefined, nowMs: number): LookResult {
  const found = outcome ?? 'omitted';
  const publishedMs = Date.parse(look.publishedAt);
  const due = lookAfter(plan, { publishedMs, outcome: found, goneBefore: look.goneAt !== null }, nowMs);
  return {
    post: look.post,
    outcome: found,
    dueAt: due === undefined ? null : new Date(due).toISOString(),
    at: new Date(nowMs).toISOString(),
  };
}
