/**
 * From a kept package to ranges: unpack, recognise, survey, split. What a worker does for a job of the queue
 * `accession`. Each step leaves its result in Postgres and may be repeated: a worker that dies here loses nothing.
 */
import { canonicalise, type Json } from '../core/canonical.js';
import { sha256, type Digest, type Key } from '../core/digest.js';
import { Rejection } from '../core/errors.js';
import { HEAD_BYTES, type PackageReader, type Source, type Survey, type SurveyMember } from '../sources/source.js';
import { overlapping } from './overlap.js';
import { isRefusedRange, planRanges } from './plan-ranges.js';
import type {
  AccessionRow,
  AccessionStore,
  BlobStore,
  Dispatcher,
  MemberRow,
  RangePlan,
  RecognisedMember,
  UnpackedMember,
} from './ports.js';
import { ambiguityOf, answersFor, decide, type Decision } from './recognise.js';
import { packingInside, unpack } from './unpack/index.js';

export interface AccessionDeps {
  readonly accessions: AccessionStore;
  readonly blobs: BlobStore;
  readonly dispatch: Dispatcher;
  readonly sources: readonly Source[];
  readonly signal?: AbortSignal;
}

const MEMBERS_A_WRITE = 500;

export async function processAccession(deps: AccessionDeps, id: Key): Promise<void> {
  const accession = await deps.accessions.find(id);
  if (!accession || !['received', 'splitting'].includes(accession.status)) return;
  try {
    const notes = await keepMembers(deps, accession);
    const members = await recogniseMembers(deps, accession, notes);
    if (members) await splitMembers(deps, accession, members);
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    await deps.accessions.rejectRecord(
      { accession: id, member: 0, offset: 0 },
      accession.bytes,
      error.reason,
      error.detail,
    );
    await deps.accessions.end(id, 'refused', error.detail);
  }
}

// ── members ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** @returns what was noticed on the way */
async function keepMembers(deps: AccessionDeps, accession: AccessionRow): Promise<readonly string[]> {
  const notes = [...(await unpackInto(deps, accession, accession))];
  // A compressed file or a WARC may be in the package, and in there another: to the depth that real packages have.
  let seen = 0;
  for (let depth = 1; depth <= MAX_DEPTH; depth++) {
    const members = await deps.accessions.members(accession.id);
    const fresh = members.slice(seen);
    seen = members.length;
    const looked = async (member: MemberRow) => ({ member, packing: await packingInside(deps.blobs, member) });
    for await (const { member, packing } of overlapping(fresh, HEADS_AT_ONCE, looked)) {
      if (packing === undefined) continue;
      try {
        notes.push(
          ...(await unpackInto(deps, accession, { ...member, packing, digest: member.digest! }, member.member)),
        );
      } catch (error) {
        if (!(error instanceof Rejection)) throw error;
        const { reason, detail } = error;
        const broken = { path: `${member.path}/…`, bytes: member.bytes, refusal: { reason, detail } };
        await deps.accessions.addMembers(accession.id, [broken], member.member);
      }
    }
  }
  return notes;
}

/** Of 64 KiB at most each. */
const HEADS_AT_ONCE = 16;

/** FAULTS: nesting of packages ends somewhere. A WACZ in a folder holds compressed WARCs, which hold answers: three. */
const MAX_DEPTH = 3;

async function unpackInto(
  { accessions, blobs }: AccessionDeps,
  { id }: AccessionRow,
  pack: Parameters<typeof unpack>[1],
  container?: number,
): Promise<readonly string[]> {
  let pending: UnpackedMember[] = [];
  const flush = async (): Promise<void> => {
    const members = pending;
    pending = [];
    if (members.length > 0) await accessions.addMembers(id, members, container);
  };
  const inside = container !== undefined && pack.packing === 'zip' ? `${pack.path}/` : '';
  const notes = await unpack(blobs, pack, async (member) => {
    pending.push({ ...member, path: inside + member.path });
    if (pending.length >= MEMBERS_A_WRITE) await flush();
  });
  await flush();
  return notes;
}

/** Undefined when nothing in the package can be imported; the accession has ended then. */
async function recogniseMembers(
  deps: AccessionDeps,
  accession: AccessionRow,
  notes: readonly string[],
): Promise<readonly RecognisedMember[] | undefined> {
  const { accessions, blobs } = deps;
  const kept = await accessions.members(accession.id);
  const named = accession.options.source;
  const sources = named === undefined ? deps.sources : deps.sources.filter((source) => source.manifest.id === named);
  const paths = kept.map((member) => member.path).sort();
  const warnings: string[] = [...notes];
  const members: RecognisedMember[] = [];
  const containers = new Set(kept.map((member) => member.container));
  const withHead = async (member: MemberRow) => {
    const isRead = !containers.has(member.member) && !member.refusal && member.bytes > 0 && member.digest !== undefined;
    const head = isRead ? await blobs.read(member.digest, 0, Math.min(HEAD_BYTES, member.bytes)) : undefined;
    return { member, head };
  };
  for await (const { member, head } of overlapping(kept, HEADS_AT_ONCE, withHead)) {
    if (containers.has(member.member)) {
      members.push({ ...member, role: 'container', why: 'what it holds stands as members of its own' });
      continue;
    }
    if (!head) {
      members.push({
        ...member,
        role: 'unrecognised',
        ...(member.bytes === 0 && !member.refusal && { refusal: EMPTY }),
      });
      continue;
    }
    const answers = answersFor({ path: member.path, size: member.bytes, head, paths }, sources);
    members.push({ ...member, ...roleOf(decide(answers, named !== undefined), accession) });
  }
  const surveys = await surveyAll(deps, accession, sources, members, warnings);
  const withDeclared = members.map((member) => {
    const declared = surveys.get(member.source ?? '')?.survey.declared?.[member.path];
    return declared === undefined ? member : { ...member, declared };
  });
  for (const { survey } of surveys.values()) warnings.push(...(survey.warnings ?? []));
  warnings.push(...unread(withDeclared));
  const isSealed = !withDeclared.some(isSplit) && withDeclared.some(({ role }) => role === 'sealed');
  if (isSealed) warnings.push(howToOpen(withDeclared));
  const digests = Object.fromEntries([...surveys].map(([source, { digest }]) => [source, digest]));
  await accessions.recognised(accession.id, withDeclared, digests, warnings);
  for (const member of withDeclared) {
    if (member.role !== 'unrecognised' || !member.refusal) continue;
    const ref = { accession: accession.id, member: member.member, offset: 0 };
    await accessions.rejectRecord(ref, member.bytes, member.refusal.reason, member.refusal.detail);
  }
  if (withDeclared.some(isSplit)) return withDeclared;
  if (isSealed) await accessions.end(accession.id, 'sealed');
  else await accessions.end(accession.id, 'refused', nothingHere(accession, withDeclared));
  return undefined;
}

const EMPTY = { reason: 'empty', detail: 'the file is empty' } as const;

function roleOf(decision: Decision, accession: AccessionRow): Omit<RecognisedMember, keyof MemberRow> & RefusalOf {
  if ('ambiguous' in decision) {
    return { role: 'unrecognised', refusal: { reason: 'ambiguous', detail: ambiguityOf(decision.ambiguous) } };
  }
  const { answer } = decision;
  if (answer) return { ...answer, ...openSealed(answer, accession) };
  return { role: 'unrecognised', ...(decision.hint !== undefined && { why: decision.hint }) };
}

type RefusalOf = Pick<MemberRow, 'refusal'>;

function openSealed(answer: RecognisedMember | { role: string; opensWith?: string }, accession: AccessionRow) {
  const asked =
    answer.role === 'sealed' && accession.options.include.some((inclusion) => inclusion === answer.opensWith);
  return asked ? ({ role: 'records' } as const) : {};
}

function isSplit(member: RecognisedMember): boolean {
  return member.role === 'records' || member.role === 'refused';
}

function unread(members: readonly RecognisedMember[]): string[] {
  const unknown = members
    .filter((member) => member.role === 'unrecognised' && !member.refusal)
    .map((member) => member.path);
  if (unknown.length === 0 || !members.some((member) => isSplit(member) || member.role === 'sealed')) return [];
  const shown = unknown.slice(0, 3).join(', ') + (unknown.length > 3 ? ', …' : '');
  return [`${unknown.length} of ${members.length} members were not recognised and are kept unread: ${shown}`];
}

function nothingHere(accession: AccessionRow, members: readonly RecognisedMember[]): string {
  if (members.length === 0) return `${accession.path} is empty`;
  if (members.length === 1 && members[0]!.refusal) return `${members[0]!.path}: ${members[0]!.refusal.detail}`;
  const known = members.filter((member) => member.role !== 'unrecognised' && member.role !== 'container');
  if (known.length === 0) {
    const hint = members.find((member) => member.why !== undefined && member.role === 'unrecognised')?.why;
    const seen = hint === undefined ? '' : `, it looks like ${hint}`;
    return `${accession.path} is not recognised as anything that can be imported${seen}; it is kept. Name its format with --source if you know it`;
  }
  const what = known
    .map((member) => `${member.path} (${member.why ?? member.role})`)
    .slice(0, 3)
    .join(', ');
  return `${accession.path} holds no posts that can be imported: ${what}. It is kept`;
}

/** Private matter handed in alone is kept all the same, and read only for who says so. */
function howToOpen(members: readonly RecognisedMember[]): string {
  const sealed = members.filter(({ role }) => role === 'sealed');
  const kinds = [...new Set(sealed.flatMap(({ opensWith }) => opensWith ?? []))].sort();
  const what = [...new Set(sealed.flatMap(({ why }) => why ?? []))].slice(0, 3).join(', ');
  const how = kinds.length === 0 ? 'nothing opens it' : `import it again with --include ${kinds.join(',')} to read it`;
  return `all that was recognised is private${what === '' ? '' : ` (${what})`}: it is kept sealed and was not read; ${how}`;
}

// ── survey ──────────────────────────────────────────────────────────────────────────────────────────────────────────

interface StoredSurvey {
  readonly survey: Survey;
  readonly digest: Digest;
}

async function surveyAll(
  deps: AccessionDeps,
  accession: AccessionRow,
  sources: readonly Source[],
  members: readonly RecognisedMember[],
  warnings: string[],
): Promise<ReadonlyMap<string, StoredSurvey>> {
  const surveys = new Map<string, StoredSurvey>();
  for (const source of sources) {
    const { id } = source.manifest;
    const own = members.filter((member) => member.source === id && member.role !== 'unrecognised');
    if (!source.survey || own.length === 0) continue;
    try {
      const survey = await source.survey(packageReader(deps.blobs, accession, own));
      const text = canonicalise(survey as unknown as Json);
      await deps.blobs.put(once(Buffer.from(text)));
      surveys.set(id, { survey, digest: sha256(text) });
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      warnings.push(`what ${source.manifest.name} says about the whole package could not be read: ${error.detail}`);
    }
  }
  return surveys;
}

const DEFAULT_READ_LIMIT = 32 * 1024 * 1024;

function packageReader(blobs: BlobStore, accession: AccessionRow, members: readonly RecognisedMember[]): PackageReader {
  const byPath = new Map(members.map((member) => [member.path, member]));
  const blobOf = (path: string): { digest: Digest; bytes: number } => {
    const member = byPath.get(path);
    if (!member?.digest) throw new Error(`a survey asked for ${path}, which is not among its members`);
    return { digest: member.digest, bytes: member.bytes };
  };
  return {
    members: members
      .map(({ path, bytes, format, role }) => ({ path, size: bytes, format, role }) as SurveyMember)
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
    options: accession.options,
    read: (path, limit = DEFAULT_READ_LIMIT) => {
      const { digest, bytes } = blobOf(path);
      if (bytes > limit)
        throw new Rejection('too-large', `${path} has ${bytes} bytes; a survey reads ${limit} at most`);
      return blobs.read(digest, 0, bytes);
    },
    open: (path) => blobs.open(blobOf(path).digest),
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

// ── split ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The first goes by itself, so that workers begin at once; then two, four … */
const PLANS_A_WRITE = 8;
/** The splitter waits while this many ranges of its accession are unread. */
const MAX_PENDING = 512;

async function splitMembers(
  deps: AccessionDeps,
  accession: AccessionRow,
  members: readonly RecognisedMember[],
): Promise<void> {
  await deps.accessions.setStatus(accession.id, 'splitting');
  for (const member of members) {
    if (!isSplit(member) || member.digest === undefined) continue;
    const source = deps.sources.find((candidate) => candidate.manifest.id === member.source)!;
    try {
      await splitMember(deps, accession, member, source);
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      const ref = { accession: accession.id, member: member.member, offset: 0 };
      await deps.accessions.rejectRecord(ref, member.bytes, error.reason, error.detail);
    }
  }
  await deps.accessions.splitDone(accession.id);
  await deps.accessions.completeIfDone(accession.id);
}

async function splitMember(
  deps: AccessionDeps,
  accession: AccessionRow,
  member: RecognisedMember,
  source: Source,
): Promise<void> {
  const { accessions, blobs, dispatch } = deps;
  let plans: RangePlan[] = [];
  let plansAWrite = 1;
  const ref = { accession: accession.id, member: member.member };
  const flush = async (offset: number, done: boolean): Promise<void> => {
    const ready = plans;
    plans = [];
    await accessions.addRanges(ready, { ...ref, offset, done });
    if (ready.length > 0) await dispatch.ranges(ready, 0);
    await roomFor(deps, accession.id);
  };
  const { splitTo = 0 } = member;
  let end = splitTo;
  const records = source.split(blobs.open(member.digest!), member.format!, member.path);
  for await (const plan of planRanges({ ...ref, splitTo }, records)) {
    deps.signal?.throwIfAborted();
    end = plan.offset + plan.length;
    if (isRefusedRange(plan)) {
      const { reason, detail } = plan.refused;
      await accessions.rejectRecord({ ...ref, offset: plan.offset }, plan.length, reason, detail);
      continue;
    }
    plans.push(plan);
    if (plans.length < plansAWrite) continue;
    await flush(end, false);
    plansAWrite = Math.min(2 * plansAWrite, PLANS_A_WRITE);
  }
  await flush(Math.max(end, member.bytes), true);
}

async function roomFor({ accessions, signal }: AccessionDeps, id: Key): Promise<void> {
  while ((await accessions.pendingRanges(id)) > MAX_PENDING) {
    signal?.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
