/** Looks at known posts once more, each under its own URI. */
import { NetworkError, type HarvestIo, type HarvestStep, type PostToSee, type SeedView } from '../harvest.js';
import { lookAtActor, toldOf, type AccountLook } from './harvest-account.js';
import { ofAccount } from './harvest-look.js';
import { absence, askObject } from './harvest-object.js';

/** Answers in a row that are none, before the server is held to be away. */
const PATIENCE = 3;

export async function* lookAtObjects(
  seed: SeedView,
  posts: readonly PostToSee[],
  io: HarvestIo,
): AsyncGenerator<HarvestStep> {
  let actor: AccountLook | undefined;
  let failures = 0;
  for (const look of posts) {
    io.signal.throwIfAborted();
    const { post } = look;
    try {
      const found = await askObject(post, io);
      failures = 0;
      if (found.found === 'present') {
        yield { kind: 'captured', exchange: found.exchange, format: 'activitypub', posts: [] };
      } else if (found.found === 'tombstone') {
        yield absence(found.exchange, post, 'deleted', found.said, found.deleted);
      } else if (found.found === 'gone' || found.found === 'notFound') {
        if (!actor) {
          actor = await lookAtActor(seed.uri, io);
          yield* toldOf(actor);
        }
        const outcome = found.found === 'gone' ? 'deleted' : 'notFound';
        yield ofAccount(actor, look, found.exchange, found.said) ?? absence(found.exchange, post, outcome, found.said);
      } else if (found.exchange) {
        yield absence(found.exchange, post, found.found === 'forbidden' ? 'forbidden' : 'unreachable', found.said);
      }
    } catch (error) {
      if (!(error instanceof NetworkError) || error.problem === 'forbidden-address') throw error;
      if (++failures >= PATIENCE) throw error;
      if (error.exchange) yield absence(error.exchange, post, 'unreachable', error.message);
    }
  }
}
