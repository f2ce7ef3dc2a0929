/**
 * Looks at known records at the account's own server. That server is the one place where a record is: when it says
 * RecordNotFound of a record that was there, while it serves the rest of the repository, the record was deleted. Of an
 * account that it does not serve at all, nothing is said about single records.
 */
import type { Absence, Exchange, HarvestIo, HarvestStep, PostToSee, SeedView } from '../harvest.js';
import type { PostUri } from '../../core/uri.js';
import { asObject } from '../shared/json.js';
import { accountError, accountNote, ask, type Answer } from './harvest-ask.js';
import { settingsOf } from './harvest-repo.js';

export async function* lookAtRecords(
  seed: SeedView,
  posts: readonly PostToSee[],
  io: HarvestIo,
): AsyncGenerator<HarvestStep> {
  const settings = settingsOf(seed.settings);
  if (!settings) return;
  const { did, pds } = settings;
  let account: Answer | undefined;
  for (const { post, ref } of posts) {
    const [collection, rkey] = ref.split('/');
    if (collection === undefined || rkey === undefined) continue;
    const answer = await ask(io, pds, 'com.atproto.repo.getRecord', { repo: did, collection, rkey });
    if (answer.body && asObject(answer.body['value'])) {
      yield { kind: 'captured', exchange: answer.exchange, format: 'bluesky-api', posts: [] };
      continue;
    }
    account ??= await ask(io, pds, 'com.atproto.sync.getLatestCommit', { did });
    const trouble = accountError(account);
    if (trouble) {
      yield accountNote(account);
      const outcome = trouble.outcome as Absence['outcome'];
      yield absence(post, answer.exchange, outcome, `${answer.said}; the account: ${trouble.said}`);
    } else if (account.body && isRecordNotFound(answer)) {
      yield absence(post, answer.exchange, 'deleted', answer.said);
    } else {
      yield absence(post, answer.exchange, 'unreachable', answer.said);
    }
  }
}

function isRecordNotFound({ error, said }: Answer): boolean {
  return error === 'RecordNotFound' || /could not locate record/i.test(said);
}

function absence(post: PostUri, exchange: Exchange, outcome: Absence['outcome'], detail: string): HarvestStep {
  return { kind: 'absence', exchange, post, outcome, detail };
}
