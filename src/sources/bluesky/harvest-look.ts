/**
 * Looks at known records at the account's own server: by the protocol the one place where they are. It answers
 * RecordNotFound to what was deleted and to what it withholds. So a record is *deleted* where its server says that,
 * while it is the account's server by the DID document and serves the account, and the account's own signed commit has
 * no such record. Where the tree still has it, it is withheld; where there is no tree to see, it is not found.
 */
import type { Absence, Exchange, HarvestIo, HarvestStep, PostToSee, SeedView } from '../harvest.js';
import { NetworkError } from '../harvest.js';
import type { PostUri } from '../../core/uri.js';
import { asObject } from '../shared/json.js';
import { accountError, ask, troubleOf, type Answer } from './harvest-ask.js';
import { notesOn, settingsOf, tryIdentityOf, type Identity, type RepoSettings } from './harvest-identity.js';
import { proofOf } from './harvest-proof.js';
import { tryPostUri } from './uri.js';

export async function* lookAtRecords(
  seed: SeedView,
  posts: readonly PostToSee[],
  io: HarvestIo,
): AsyncGenerator<HarvestStep> {
  const settings = settingsOf(seed.settings);
  if (!settings) return;
  const look = new Look(settings, io);
  let failures = 0;
  for (const { post, ref } of posts) {
    io.signal.throwIfAborted();
    if (!/^[^/]+\/[^/]+$/.test(ref)) continue;
    try {
      yield* look.at(post, ref);
      failures = 0;
    } catch (error) {
      // No answer is no word about the post; the next may be answered.
      if (!(error instanceof NetworkError) || error.problem === 'forbidden-address') throw error;
      if (++failures >= PATIENCE) throw error;
    }
  }
}

/** Answers in a row that are none, before the server is held to be away. */
const PATIENCE = 3;

/** What was learnt of the account on the way is asked once. */
class Look {
  private identity: Identity | undefined | 'unasked' = 'unasked';
  private account: Answer | undefined;

  constructor(
    private settings: RepoSettings,
    private readonly io: HarvestIo,
  ) {}

  async *at(post: PostUri, path: string): AsyncGenerator<HarvestStep> {
    const first = await this.ask(path);
    if (isRecord(first)) return void (yield* shown(post, first));
    const answer = (yield* this.hasMoved()) ? await this.ask(path) : first;
    if (isRecord(answer)) return void (yield* shown(post, answer));
    if (!this.account) {
      const { did, pds } = this.settings;
      this.account = await ask(this.io, pds, 'com.atproto.sync.getLatestCommit', { did });
      if (accountError(this.account)) yield troubleOf(this.account);
    }
    yield await this.absence(post, path, answer, this.account);
  }

  private ask(path: string): Promise<Answer> {
    const { did, pds } = this.settings;
    const [collection = '', rkey = ''] = path.split('/');
    return ask(this.io, pds, 'com.atproto.repo.getRecord', { repo: did, collection, rkey });
  }

  /** @returns whether the account is at another server than was thought */
  private async *hasMoved(): AsyncGenerator<HarvestStep, boolean> {
    if (this.identity !== 'unasked') return false;
    const { pds } = this.settings;
    this.identity = await tryIdentityOf(this.settings.did, this.io);
    if (this.identity) this.settings = yield* notesOn(this.identity, this.settings);
    return this.settings.pds !== pds;
  }

  private async absence(post: PostUri, path: string, answer: Answer, account: Answer): Promise<HarvestStep> {
    const { exchange, said } = answer;
    const trouble = accountError(account);
    if (trouble) return absent(post, exchange, trouble.outcome, `${said}; the account: ${trouble.said}`);
    if (!account.body || !isRecordNotFound(answer)) return absent(post, exchange, 'unreachable', said);
    // Whose server it is, was not to be found out.
    if (this.identity === undefined || this.identity === 'unasked') return absent(post, exchange, 'notFound', said);
    const { record, rev } = await proofOf(this.settings, path, this.identity.key, this.io);
    if (record === 'unproven') return absent(post, exchange, 'notFound', said);
    const commit = `the signed tree of the commit ${rev ?? ''}`.trimEnd();
    return record === 'absent'
      ? absent(post, exchange, 'deleted', `${said}; ${commit} has no such record`)
      : absent(post, exchange, 'forbidden', `${said}; ${commit} still has it: its server withholds it`);
  }
}

function isRecord({ body }: Answer): boolean {
  return asObject(body?.['value']) !== undefined;
}

function* shown(post: PostUri, { body, exchange }: Answer): Generator<HarvestStep> {
  if (tryPostUri(body?.['uri']) === post) yield { kind: 'captured', exchange, format: 'bluesky-api', posts: [] };
  else yield absent(post, exchange, 'omitted', 'the server answered with another record than it was asked for');
}

function isRecordNotFound({ error, said }: Answer): boolean {
  return error === 'RecordNotFound' || /could not locate record/i.test(said);
}

function absent(post: PostUri, exchange: Exchange, outcome: Absence['outcome'], detail: string): HarvestStep {
  return { kind: 'absence', exchange, post, outcome, detail };
}
