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

/** The answer to act upon, and a warning where two are nearly as good. */
export function decide(answers: readonly Answer[], named: boolean): { answer?: Answer; ambiguity?: string } {
  const [first, second] = answers;
  if (!first || (first.confidence < MIN_CONFIDENCE && !named)) return {};
  if (second && first.confidence - second.confidence < 0.1 && second.role === 'records' && first.role === 'records') {
    const ambiguity = `could be ${first.source} (${first.why}) or ${second.source} (${second.why}): read as ${first.source}; use --source to choose`;
    return { answer: first, ambiguity };
  }
  return { answer: first };
}
