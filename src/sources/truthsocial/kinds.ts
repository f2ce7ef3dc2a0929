/** What a JSON value of Truth Social is. Recognition asks it of what a head shows, normalisation of whole values. */
import type { RejectReason } from '../../core/errors.js';
import { asArray, asObject, isObject, type JsonObject } from '../shared/json.js';
import { isTruthSocial } from './uri.js';

export type Kind = 'status' | 'page' | 'account' | 'group' | 'topic' | 'carrier' | 'error';

/** Keys that no other server of Mastodon's API has. */
const OWN = ['quote_id', 'sponsored', 'votable', 'upvotes_count', 'embedded_announcement', 'editable'];
const OWN_ACCOUNT = ['tv_onboarded', 'tv_account', 'chats_onboarded', 'feeds_onboarded', 'unauth_visibility'];
const OWN_GROUP = ['group_visibility', 'membership_required', 'members_count'];
const LISTS = ['statuses', 'accounts', 'hashtags', 'groups', 'ancestors', 'descendants'];

/** Undefined for what is not known to be Truth Social's. */
export function kindOf(value: JsonObject): Kind | undefined {
  if (isStatus(value)) return 'status';
  if (isAccount(value)) return 'account';
  if (isGroup(value)) return 'group';
  if (typeof value['name'] === 'string' && isTruthSocial(value['url']) && Array.isArray(value['history']))
    return 'topic';
  const keys = Object.keys(value);
  if (keys.length > 0 && keys.every((key) => LISTS.includes(key)) && keys.some((key) => Array.isArray(value[key]))) {
    const first = keys.flatMap((key) => asArray(value[key]).slice(0, 1)).find(isObject);
    return first !== undefined && kindOf(first) !== undefined ? 'page' : undefined;
  }
  const status = asObject(value['status']);
  if (status && typeof value['type'] === 'string' && isStatus(status)) return 'carrier';
  return undefined;
}

function isStatus(value: JsonObject): boolean {
  if (typeof value['id'] !== 'string' || typeof value['created_at'] !== 'string') return false;
  const account = asObject(value['account']);
  if (isTruthSocial(value['uri']) || isTruthSocial(value['url'])) return 'content' in value || account !== undefined;
  if (!account) return false;
  return isTruthSocial(account['url']) || OWN.filter((key) => key in value).length >= 3;
}

function isAccount(value: JsonObject): boolean {
  if (typeof value['acct'] !== 'string' || typeof value['id'] !== 'string') return false;
  return isTruthSocial(value['url']) || OWN_ACCOUNT.filter((key) => key in value).length >= 2;
}

function isGroup(value: JsonObject): boolean {
  if (typeof value['id'] !== 'string' || typeof value['slug'] !== 'string') return false;
  return isTruthSocial(value['url']) || OWN_GROUP.filter((key) => key in value).length >= 2;
}

/** Why a value of this kind states no post. */
export const REFUSALS: { readonly [kind in Kind]?: { readonly reason: RejectReason; readonly detail: string } } = {
  account: { reason: 'users', detail: 'an account, no post; hand in its statuses' },
  group: { reason: 'not-a-post', detail: 'a group’s description; hand in the statuses of the group' },
  topic: { reason: 'counts', detail: 'a hashtag with how often it was used; hand in the statuses that have it' },
  error: { reason: 'error-body', detail: 'the server answered with an error, not with posts; fetch it again' },
};
