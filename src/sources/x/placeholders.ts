/**
 * Sentences that stand where a post's text should be. They are the platform's, never content and never an edit.
 * Each is matched whole, so that a post that quotes one is still a post.
 */
import type { Outcome } from '../../core/reading.js';
import { asArray, asObject, asString, type JsonObject } from '../shared/json.js';
import { decode } from './entities.js';

const POST = '(?:Tweet|Post)';
const SENTENCES: readonly (readonly [RegExp, Outcome])[] = [
  [
    /^@\w{1,20}['’]s account is temporarily unavailable because it violates the (?:Twitter|X) Media Policy\. Learn more\.?$/,
    'forbidden',
  ],
  [
    /^@\w{1,20}['’]s account has been withheld in [^.]{2,80} in response to a legal demand\. Learn more\.?$/,
    'forbidden',
  ],
  [
    new RegExp(
      `^This ${POST} from @\\w{1,20} has been withheld (?:in [^.]{2,80} )?in response to a (?:legal demand|report from the copyright holder)\\. Learn more\\.?$`,
    ),
    'forbidden',
  ],
  [
    new RegExp(
      `^You[’']re unable to view this ${POST} because this account owner limits who can view their ${POST}s\\. Learn more\\.?$`,
    ),
    'forbidden',
  ],
  [new RegExp(`^This ${POST} is from a suspended account\\. Learn more\\.?$`), 'suspended'],
  [new RegExp(`^This ${POST} is from an account that no longer exists\\. Learn more\\.?$`), 'deactivated'],
  [new RegExp(`^This ${POST} was deleted by the ${POST} author\\. Learn more\\.?$`), 'deleted'],
  [new RegExp(`^This ${POST} is unavailable\\. Learn more\\.?$`), 'forbidden'],
];

/** Without a link: only the record's own mark shows that it is the platform that speaks. */
const WITHHELD = new RegExp(`^This ${POST} from @\\w{1,20} has been withheld in: [^.]{2,200}\\.$`);

/**
 * What a placeholder says; undefined for a real text. `raw` is the text as the platform escapes it. `entities`, where the
 * record has them, must show the platform's hand: its link reads "Learn more", which nobody's own link can.
 */
export function placeholderOutcome(raw: string, entities?: JsonObject, isWithheld = false): Outcome | undefined {
  const endsInLink = raw.includes('Learn more');
  if (!endsInLink && !isWithheld) return undefined;
  const text = decode(raw);
  if (text.length > 240) return undefined;
  if (isWithheld && WITHHELD.test(text)) return 'forbidden';
  if (!endsInLink) return undefined;
  const found = SENTENCES.find(([sentence]) => sentence.test(text));
  if (found === undefined) return undefined;
  if (entities !== undefined) {
    const links = asArray(entities['urls']).map(asObject);
    if (
      !links.some(
        (link) => asString(link?.['display_url']) === 'Learn more' || isHelp(asString(link?.['expanded_url'])),
      )
    )
      return undefined;
  }
  return found[1];
}

function isHelp(url: string | undefined): boolean {
  return url !== undefined && /^https?:\/\/(?:support|help)\.(?:twitter|x)\.com\//.test(url);
}
