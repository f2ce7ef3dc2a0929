import { asObject, asString } from '../shared/json.js';
import type { NostrEvent } from './event.js';

const LONGEST_NAME = 100;

/** What the account calls itself in its profile (kind 0); undefined where it says nothing. */
export function profileName({ content }: NostrEvent): string | undefined {
  let profile: unknown;
  try {
    profile = JSON.parse(content);
  } catch {
    return undefined;
  }
  const stated = asObject(profile);
  const name = [stated?.['name'], stated?.['display_name']].map((each) => asString(each)?.trim() ?? '').find(Boolean);
  return name === undefined ? undefined : [...name].slice(0, LONGEST_NAME).join('');
}
