/** What is this? Every source is asked about every member; the most certain answer holds. Pure. */
import type { MemberHead, Recognition, Source } from '../sources/source.js';

export interface Answer extends Recognition {
  readonly source: string;
}

/** All sources' answers, the most certain first. */
export function answersFor(member: MemberHead, sources: readonly Source[]): readonly Answer[] {
  return sources
    .flatMap((source) => {
      const found = source.recognise(member);
      return found ? [{ ...found, source: source.manifest.id }] : [];
    })
    .sort((a, b) => b.confidence - a.confidence);
}

/** Below this a guess is not acted upon, unless the person named the source. */
export const MIN_CONFIDENCE = 0.4;

/** Two answers this near to each other are not told apart by a guess. */
const TOO_NEAR = 0.1;

export type Decision =
  | { readonly answer: Answer }
  /** Several sources are about as sure: a person must say which. */
  | { readonly ambiguous: readonly Answer[] }
  /** Nothing is sure enough; `hint` is what the best of them would need. */
  | { readonly answer?: undefined; readonly hint?: string };

export function decide(answers: readonly Answer[], named: boolean): Decision {
  const [first] = answers;
  if (!first) return {};
  if (first.confidence < MIN_CONFIDENCE && !named) return { hint: first.why };
  const near = answers.filter((answer) => first.confidence - answer.confidence < TOO_NEAR);
  const matter = near.filter((answer) => answer.role === 'records' || answer.role === 'sealed');
  return matter.length > 1 && matter.includes(first) ? { ambiguous: matter } : { answer: first };
}

/** What to say of it, and what to do. */
export function ambiguityOf(answers: readonly Answer[]): string {
  const could = answers.map(({ source, why }) => `${source} (${why})`).join(' or ');
  return `could be ${could}: say which with ${answers.map(({ source }) => `--source ${source}`).join(' or ')}`;
}
